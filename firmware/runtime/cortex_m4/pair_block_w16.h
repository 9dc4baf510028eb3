/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of convolutions with int16 weights. */
#ifndef EDGECNN_PAIR_BLOCK_W16_H
#define EDGECNN_PAIR_BLOCK_W16_H

#include "conv2d_pairs.h"

/* Four taps: 16 multiplications. 40 bytes of code, all instructions being wide ones. */
#define EDGECNN_FOUR_TAPS     \
  "ldm.w r12!, {r0-r3}\n\t"   \
  "ldm.w lr!, {r8-r11}\n\t"   \
  "smlad r4, r0, r8, r4\n\t"  \
  "smlad r5, r1, r8, r5\n\t"  \
  "smlad r6, r0, r9, r6\n\t"  \
  "smlad r7, r1, r9, r7\n\t"  \
  "smlad r4, r2, r10, r4\n\t" \
  "smlad r5, r3, r10, r5\n\t" \
  "smlad r6, r2, r11, r6\n\t" \
  "smlad r7, r3, r11, r7\n\t"

#define EDGECNN_SIXTEEN_TAPS EDGECNN_FOUR_TAPS EDGECNN_FOUR_TAPS EDGECNN_FOUR_TAPS EDGECNN_FOUR_TAPS

/*
 * `weights`: two biases, then for each four taps the int16 pairs (0, 2) of both channels and (1, 3) of both.
 * The loop of sixteen is entered where as many are left as make the rest a multiple of sixteen. Sums stay within int32:
 * proved from the weights when the code is generated.
 */
static inline const int32_t *edgecnn_pair_block_w16(const int32_t *weights, const int32_t *words, int32_t taps,
                                                    edgecnn_pair_sums *sums) {
  /* The loop needs every register but the stack pointer, so that r7, which may hold the frame, is pushed. */
  int32_t pushed[2];
  register const int32_t *x __asm__("r12") = words;
  register const int32_t *w __asm__("lr") = weights;
  register const int32_t *end __asm__("r0") = words + taps;
  register int32_t skipped __asm__("r1") = (-(taps >> 2) & 15) * 40;
  register int32_t c0p0 __asm__("r4"), c0p1 __asm__("r5"), c1p0 __asm__("r6"), c1p1 __asm__("r3");
  __asm__ volatile(
      "push {r0, r7}\n\t"
      "ldm lr!, {r4, r6}\n\t"
      "mov r5, r4\n\t"
      "mov r7, r6\n\t"
      "add pc, r1\n\t" /* pc is the address of the loop */
      "nop\n"
      "1:\n\t" EDGECNN_SIXTEEN_TAPS EDGECNN_SIXTEEN_TAPS EDGECNN_SIXTEEN_TAPS EDGECNN_SIXTEEN_TAPS
      "ldr r0, [sp]\n\t"
      "cmp r12, r0\n\t"
      "bne 1b\n\t"
      "mov r3, r7\n\t"
      "pop {r0, r7}"
      : "+r"(x), "+r"(w), "+r"(end), "+r"(skipped), "=r"(c0p0), "=r"(c0p1), "=r"(c1p0), "=r"(c1p1), "=m"(pushed)
      :
      : "r2", "r8", "r9", "r10", "r11", "cc", "memory");
  sums->c0p0 = c0p0;
  sums->c0p1 = c0p1;
  sums->c1p0 = c1p0;
  sums->c1p1 = c1p1;
  return w;
}

#endif

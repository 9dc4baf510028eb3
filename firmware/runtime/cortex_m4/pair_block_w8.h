/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of convolutions with int8 weights: two words of them, widened, serve four taps. */
#ifndef EDGECNN_PAIR_BLOCK_W8_H
#define EDGECNN_PAIR_BLOCK_W8_H

#include "conv2d_pairs.h"

/* Four taps: 16 multiplications. 56 bytes of code, all instructions being wide ones. */
#define EDGECNN_TWO_TAPS(weights, first, second) \
  "sxtb16 r10, r8" weights                       \
  "\n\t"                                         \
  "smlad r4, " first                             \
  ", r10, r4\n\t"                                \
  "smlad r5, " second                            \
  ", r10, r5\n\t"                                \
  "sxtb16 r10, r9" weights                       \
  "\n\t"                                         \
  "smlad r6, " first                             \
  ", r10, r6\n\t"                                \
  "smlad r7, " second ", r10, r7\n\t"
#define EDGECNN_FOUR_TAPS   \
  "ldm.w r12!, {r0-r3}\n\t" \
  "ldrd r8, r9, [lr], #8\n\t" EDGECNN_TWO_TAPS("", "r0", "r1") EDGECNN_TWO_TAPS(", ror #8", "r2", "r3")

/*
 * `weights`: two biases, then for each four taps the int8 weights of both channels. The loop of four is entered where
 * as many are left as make the rest a multiple of four. Sums, four times too small until the end, stay within int32:
 * proved from the weights when the code is generated.
 */
static inline const int32_t *edgecnn_pair_block_w8(const int32_t *weights, const int32_t *words, int32_t taps,
                                                   edgecnn_pair_sums *sums) {
  int32_t pushed[2]; /* the loop needs r7, which may hold the frame */
  register const int32_t *x __asm__("r12") = words;
  register const int32_t *w __asm__("lr") = weights;
  register const int32_t *end __asm__("r11") = words + taps;
  register int32_t skipped __asm__("r1") = (-(taps >> 2) & 3) * 56;
  register int32_t c0p0 __asm__("r4"), c0p1 __asm__("r5"), c1p0 __asm__("r6"), c1p1 __asm__("r3");
  __asm__ volatile(
      "push {r0, r7}\n\t"
      "ldm lr!, {r4, r6}\n\t"
      "mov r5, r4\n\t"
      "mov r7, r6\n\t"
      "add pc, r1\n\t" /* pc is the address of the loop */
      "nop\n"
      "1:\n\t" EDGECNN_FOUR_TAPS EDGECNN_FOUR_TAPS EDGECNN_FOUR_TAPS EDGECNN_FOUR_TAPS
      "cmp r12, r11\n\t"
      "bne 1b\n\t"
      "lsl r4, #2\n\t"
      "lsl r5, #2\n\t"
      "lsl r6, #2\n\t"
      "lsl r3, r7, #2\n\t"
      "pop {r0, r7}"
      : "+r"(x), "+r"(w), "+r"(end), "+r"(skipped), "=r"(c0p0), "=r"(c0p1), "=r"(c1p0), "=r"(c1p1), "=m"(pushed)
      :
      : "r0", "r2", "r8", "r9", "r10", "cc", "memory");
  sums->c0p0 = c0p0;
  sums->c0p1 = c0p1;
  sums->c1p0 = c1p0;
  sums->c1p1 = c1p1;
  return w;
}

#endif

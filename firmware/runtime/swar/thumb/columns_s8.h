/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of fully connected layers: eight channels at once, so that every code is loaded once for them. */
#ifndef EDGECNN_COLUMNS_S8_H
#define EDGECNN_COLUMNS_S8_H

#include <stdint.h>

#include "operands.h"

#define EDGECNN_COLUMNS 8

/* A sum in any register, r8 and above too: clang gives those by "h" alone, GCC to a Thumb-1 at -Os by "r" alone. */
#ifdef __clang__
#define EDGECNN_HIGH "+h"
#else
#define EDGECNN_HIGH "+r"
#endif

#if __ARM_ARCH_ISA_THUMB == 2
#define EDGECNN_COLUMNS_MAC(channel, sum)  \
  "ldrb %[weight], [%[weights], #" channel \
  "]\n"                                    \
  "mla " sum ", %[weight], %[x], " sum "\n"
#else
#define EDGECNN_COLUMNS_MAC(channel, sum)  \
  "ldrb %[weight], [%[weights], #" channel \
  "]\n"                                    \
  "muls %[weight], %[x], %[weight]\n"      \
  "add " sum ", %[weight]\n"
#endif

/*
 * The sums of eight channels, modulo 2^32, of the `depth` codes before `end`; returns where the weights of the next
 * channels are.
 */
static inline const uint8_t *edgecnn_columns_dots(const uint8_t *weights, const int8_t *end, int32_t depth,
                                                  uint32_t sums[EDGECNN_COLUMNS]) {
  register const uint8_t *w EDGECNN_IN("r0") = weights;
  register const int8_t *last EDGECNN_IN("r1") = end;
  register int32_t i EDGECNN_IN("r2") = -depth;
  register uint32_t x EDGECNN_IN("r3"), weight EDGECNN_IN("r4");
  register uint32_t a EDGECNN_IN("r8") = 0, b EDGECNN_IN("r9") = 0, c EDGECNN_IN("r10") = 0, d EDGECNN_IN("r11") = 0;
  register uint32_t e EDGECNN_IN("r12") = 0, f EDGECNN_IN("lr") = 0, g EDGECNN_IN("r5") = 0, h EDGECNN_IN("r6") = 0;
  __asm__(EDGECNN_UNIFIED "1:\n"
          "ldrsb %[x], [%[end], %[i]]\n" EDGECNN_COLUMNS_MAC("0", "%[a]") EDGECNN_COLUMNS_MAC("1", "%[b]") EDGECNN_COLUMNS_MAC("2", "%[c]") EDGECNN_COLUMNS_MAC("3", "%[d]")
              EDGECNN_COLUMNS_MAC("4", "%[e]") EDGECNN_COLUMNS_MAC("5", "%[f]") EDGECNN_COLUMNS_MAC("6", "%[g]") EDGECNN_COLUMNS_MAC("7", "%[h]") "adds %[weights], %[weights], #8\n"
                                                                                  "adds %[i], %[i], #1\n"
                                                                                  "bne 1b\n"
          : [a] EDGECNN_HIGH(a), [b] EDGECNN_HIGH(b), [c] EDGECNN_HIGH(c), [d] EDGECNN_HIGH(d), [e] EDGECNN_HIGH(e), [f] EDGECNN_HIGH(f), [g] "+l"(g), [h] "+l"(h),
            [x] "=&l"(x), [weight] "=&l"(weight), [weights] "+l"(w), [i] "+l"(i)
          : [end] "l"(last)
          : "cc", "memory");
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d, sums[4] = e, sums[5] = f, sums[6] = g, sums[7] = h;
  return w;
}

#endif

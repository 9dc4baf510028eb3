/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of fully connected layers: eight channels at once, so that every code is loaded once for them. */
#ifndef EDGECNN_COLUMNS_S8_H
#define EDGECNN_COLUMNS_S8_H

#include <stdint.h>

#define EDGECNN_COLUMNS 8

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
  uint32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, x, weight;
  int32_t i = -depth;
  __asm__("1:\n"
          "ldrsb %[x], [%[end], %[i]]\n" EDGECNN_COLUMNS_MAC("0", "%[a]") EDGECNN_COLUMNS_MAC("1", "%[b]") EDGECNN_COLUMNS_MAC("2", "%[c]") EDGECNN_COLUMNS_MAC("3", "%[d]")
              EDGECNN_COLUMNS_MAC("4", "%[e]") EDGECNN_COLUMNS_MAC("5", "%[f]") EDGECNN_COLUMNS_MAC("6", "%[g]") EDGECNN_COLUMNS_MAC("7", "%[h]") "adds %[weights], %[weights], #8\n"
                                                                                  "adds %[i], %[i], #1\n"
                                                                                  "bne 1b\n"
          : [a] "+h"(a), [b] "+h"(b), [c] "+h"(c), [d] "+h"(d), [e] "+h"(e), [f] "+h"(f), [g] "+l"(g), [h] "+l"(h),
            [x] "=&l"(x), [weight] "=&l"(weight), [weights] "+l"(weights), [i] "+l"(i)
          : [end] "l"(end)
          : "cc", "memory");
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d, sums[4] = e, sums[5] = f, sums[6] = g, sums[7] = h;
  return weights;
}

#endif

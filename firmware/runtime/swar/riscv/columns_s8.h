/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of fully connected layers: eight channels at once, so that every code is loaded once for them. */
#ifndef EDGECNN_COLUMNS_S8_H
#define EDGECNN_COLUMNS_S8_H

#include <stdint.h>

#define EDGECNN_COLUMNS 8

/*
 * The sums of eight channels, modulo 2^32, of the `depth` codes before `end`; returns where the weights of the next
 * channels are.
 */
static inline const uint8_t *edgecnn_columns_dots(const uint8_t *weights, const int8_t *end, int32_t depth,
                                                  uint32_t sums[EDGECNN_COLUMNS]) {
  uint32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  for (const int8_t *code = end - depth; code < end; code++, weights += EDGECNN_COLUMNS) {
    const uint32_t x = (uint32_t)(int32_t)*code;
    a += x * weights[0];
    b += x * weights[1];
    c += x * weights[2];
    d += x * weights[3];
    e += x * weights[4];
    f += x * weights[5];
    g += x * weights[6];
    h += x * weights[7];
  }
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d, sums[4] = e, sums[5] = f, sums[6] = g, sums[7] = h;
  return weights;
}

#endif

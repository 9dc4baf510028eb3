/* SPDX-License-Identifier: Apache-2.0 */
/* Every x86-64 processor: plain C on the same weights. */
#ifndef EDGECNN_X86_ANY_H
#define EDGECNN_X86_ANY_H

#include "fixed_point.h"
#include "x86_layer.h"

/* copy[0 .. count - 1] = codes + 128 */
static inline void edgecnn_any_widen(const int8_t *codes, int32_t count, void *copy) {
  uint8_t *to = copy;
  for (int32_t i = 0; i < count; i++) to[i] = (uint8_t)(codes[i] + 128);
}

/* The sum of taps of a channel in the window at x. */
static inline int32_t edgecnn_any_sum(const edgecnn_blocks *l, int32_t channel, const int32_t *offsets,
                                      const uint8_t *x) {
  const int8_t *weights =
      edgecnn_x86_weights(l, channel / EDGECNN_X86_CHANNELS) + channel % EDGECNN_X86_CHANNELS * EDGECNN_X86_TAPS;
  int32_t sum = 0;
  for (int32_t quad = 0; quad < l->groups; quad++, weights += EDGECNN_X86_CHANNELS * EDGECNN_X86_TAPS) {
    for (int32_t tap = 0; tap < EDGECNN_X86_TAPS; tap++) sum += weights[tap] * x[offsets[quad] + tap];
  }
  return sum;
}

static inline int8_t edgecnn_any_requantize(const edgecnn_blocks *l, int32_t channel, int32_t sum) {
  const int32_t biased = (int32_t)((uint32_t)sum + (uint32_t)l->bias[channel]);
  const int32_t code = edgecnn_mbqm(biased, l->multipliers[channel], l->lefts[channel] - l->rights[channel]);
  return edgecnn_clamp(code + l->output_zero_point, l->output_min, l->output_max);
}

/* `count` pixels of the windows at copy + at[0 .. count - 1]. */
static inline void edgecnn_any_pixels(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                      const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t i = 0; i < count; i++) {
    const uint8_t *x = (const uint8_t *)copy + at[i];
    for (int32_t c = 0; c < l->channels; c++) {
      *output++ = edgecnn_any_requantize(l, c, edgecnn_any_sum(l, c, offsets, x));
    }
  }
}

/* One pixel: the maximum over `count` windows. */
static inline void edgecnn_any_maximum(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                       const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t c = 0; c < l->channels; c++) {
    int32_t largest = INT32_MIN;
    for (int32_t i = 0; i < count; i++) {
      const int32_t sum = edgecnn_any_sum(l, c, offsets, (const uint8_t *)copy + at[i]);
      if (sum > largest) largest = sum;
    }
    *output++ = edgecnn_any_requantize(l, c, largest);
  }
}

/* All channels of one window without gaps. */
static inline void edgecnn_any_vector(const edgecnn_blocks *l, const void *copy, int8_t *output) {
  const uint8_t *x = copy;
  for (int32_t c = 0; c < l->channels; c++) {
    const int8_t *weights = edgecnn_x86_weights(l, c / EDGECNN_X86_CHANNELS) + c % EDGECNN_X86_CHANNELS * 4;
    int32_t sum = 0;
    for (int32_t i = 0; i < l->groups * 4; i++) sum += weights[i / 4 * 64 + i % 4] * x[i];
    *output++ = edgecnn_any_requantize(l, c, sum);
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the blocked convolutions share: two channels of four windows at once, so that every load serves several taps. */
#ifndef EDGECNN_CONV2D_BLOCK_S8_H
#define EDGECNN_CONV2D_BLOCK_S8_H

#include "conv2d_window_s8.h"

#define EDGECNN_BLOCK 4 /* windows */

/*
 * Four windows: where each begins, and how its codes lie, in the order of the weights: `rows` rows, `row_step` apart,
 * of `runs` runs, `run_step` apart, of `run` codes.
 */
typedef struct {
  const int8_t *first[EDGECNN_BLOCK];
  int32_t rows, row_step, runs, run_step, run;
} edgecnn_windows;

/* sums[0 .. 3] and sums[4 .. 7]: the four windows under the filter at `weights` and under the one after it. */
static __attribute__((noinline)) void edgecnn_conv2d_sums(const edgecnn_windows *windows,
                                                          const EDGECNN_FLASH int8_t *weights, int32_t filter_size,
                                                          int32_t sums[2 * EDGECNN_BLOCK]) {
  const EDGECNN_FLASH int8_t *w = weights, *v = weights + filter_size;
  for (int pair = 0; pair < EDGECNN_BLOCK; pair += 2) {
    const int8_t *a = windows->first[pair], *b = windows->first[pair + 1];
    int32_t a0 = 0, b0 = 0, a1 = 0, b1 = 0; /* no partial sum leaves int32: proved */
    w = weights, v = weights + filter_size;
    for (int32_t row = 0; row < windows->rows; row++) {
      for (int32_t r = 0; r < windows->runs; r++) {
        const int8_t *xa = a + r * windows->run_step, *xb = b + r * windows->run_step;
        for (const int8_t *end = xa + windows->run; xa < end; xa++, xb++) {
          const int32_t first = *w++, second = *v++;
          const int32_t x0 = *xa, x1 = *xb;
          a0 += first * x0;
          b0 += first * x1;
          a1 += second * x0;
          b1 += second * x1;
        }
      }
      a += windows->row_step;
      b += windows->row_step;
    }
    sums[pair] = a0, sums[pair + 1] = b0, sums[EDGECNN_BLOCK + pair] = a1, sums[EDGECNN_BLOCK + pair + 1] = b1;
  }
}

/* Whether no tap of the window whose top left corner is at (y, x) lies outside the input. */
static inline int edgecnn_conv2d_inside(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p, int32_t y, int32_t x) {
  return y >= 0 && y + (p->geometry.filter_height - 1) * p->dilation_height < p->geometry.input_height && x >= 0 &&
         x + (p->geometry.filter_width - 1) * p->dilation_width < p->geometry.input_width;
}

/*
 * The windows whose top left corners are at (y[i], x[i]): read where they lie, or, if one reaches over the input's
 * edge, gathered in scratch[4 * filter_size].
 */
static inline edgecnn_windows edgecnn_conv2d_windows(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p,
                                                     const int8_t *input, const int32_t y[EDGECNN_BLOCK],
                                                     const int32_t x[EDGECNN_BLOCK], int8_t *scratch) {
  const int32_t channels = p->geometry.input_channels, row = p->geometry.input_width * channels;
  const int32_t side_by_side = p->dilation_width == 1 ? p->geometry.filter_width : 1;
  edgecnn_windows windows = {{input, input, input, input}, p->geometry.filter_height,
                             p->dilation_height * row,     p->dilation_width == 1 ? 1 : p->geometry.filter_width,
                             p->dilation_width * channels, side_by_side * channels};
  int inside = 1;
  for (int i = 0; i < EDGECNN_BLOCK; i++) inside = inside && edgecnn_conv2d_inside(p, y[i], x[i]);
  if (inside) {
    for (int i = 0; i < EDGECNN_BLOCK; i++) windows.first[i] += y[i] * row + x[i] * channels;
  } else {
    const int32_t filter_size = p->geometry.filter_height * p->geometry.filter_width * channels;
    for (int i = 0; i < EDGECNN_BLOCK; i++) {
      edgecnn_conv2d_gather(p, input, y[i], x[i], scratch + i * filter_size);
      windows.first[i] = scratch + i * filter_size;
    }
    windows.rows = windows.runs = 1;
    windows.run = filter_size;
  }
  return windows;
}

/* The output code of channel `oc` whose taps add up to `sum`. */
static inline int8_t edgecnn_conv2d_requantize(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p, int32_t oc,
                                               int32_t sum) {
  const int32_t code = edgecnn_mbqm(sum + p->bias[oc], p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
  return edgecnn_clamp(code, p->output_min, p->output_max);
}

#endif

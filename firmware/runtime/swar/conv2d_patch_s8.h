/* SPDX-License-Identifier: Apache-2.0 */
/* What the convolutions share: the codes under four windows, two in a word, and the channels' sums over them. */
#ifndef EDGECNN_CONV2D_PATCH_S8_H
#define EDGECNN_CONV2D_PATCH_S8_H

#include "geometry.h"
#include "scale_s8.h"
#include "swar_s8.h"

typedef struct {
  edgecnn_geometry geometry;
  int32_t dilation_height, dilation_width; /* >= 1 */
  int32_t output_channels;
  int32_t input_zero_point; /* -128 .. 127 */
  edgecnn_scale_params scale;
  edgecnn_swar_stream stream; /* the weights of all channels */
  const int32_t *scales;      /* an edgecnn_scale of each output channel */
} edgecnn_conv2d_swar_s8_params;

/*
 * The codes of four windows as words, which end at the result. Each window has, from its `first` code on, `rows` rows,
 * `row_step` apart, of `runs` runs, `run_step` apart, of `run` codes.
 */
typedef struct {
  const int8_t *first[EDGECNN_WINDOWS];
  int32_t rows, row_step, runs, run_step, run;
} edgecnn_patch_windows;

static __attribute__((noinline, unused)) uint32_t *edgecnn_patch_interleave(const edgecnn_patch_windows *windows,
                                                                            uint32_t *words) {
  const int32_t run = windows->run, runs = windows->runs, run_step = windows->run_step;
  int32_t row = run;
  for (int32_t ky = 0; ky < windows->rows; ky++, row += windows->row_step) {
    int32_t end = row;
    for (int32_t r = 0; r < runs; r++, end += run_step) {
      words = edgecnn_swar_interleave(windows->first, end, run, words);
    }
  }
  return words;
}

/* The codes under the window whose top left corner is (y, x), with the code of zero where there is no input. */
static inline void edgecnn_patch_edge(const edgecnn_conv2d_swar_s8_params *p, const int8_t *input, int32_t y, int32_t x,
                                      uint8_t *lane) {
  for (int32_t ky = 0; ky < p->geometry.filter_height; ky++) {
    const int32_t iy = y + ky * p->dilation_height;
    for (int32_t kx = 0; kx < p->geometry.filter_width; kx++) {
      const int32_t ix = x + kx * p->dilation_width;
      const int inside = iy >= 0 && iy < p->geometry.input_height && ix >= 0 && ix < p->geometry.input_width;
      const int32_t at = inside ? (iy * p->geometry.input_width + ix) * p->geometry.input_channels : 0;
      for (int32_t i = 0; i < p->geometry.input_channels; i++, lane += 2 * EDGECNN_WINDOWS) {
        lane[0] = (uint8_t)((inside ? input[at + i] : p->input_zero_point) + 128);
        lane[1] = 0;
      }
    }
  }
}

/* All but where the windows begin. */
static inline edgecnn_patch_windows edgecnn_patch_shape(const edgecnn_conv2d_swar_s8_params *p) {
  const int32_t channels = p->geometry.input_channels, row = p->geometry.input_width * channels;
  const int one_copy = p->dilation_width == 1; /* a row of taps lies side by side in the input */
  const edgecnn_patch_windows windows = {{0, 0, 0, 0},
                                         p->geometry.filter_height,
                                         p->dilation_height * row,
                                         one_copy ? 1 : p->geometry.filter_width,
                                         p->dilation_width * channels,
                                         one_copy ? p->geometry.filter_width * channels : channels};
  return windows;
}

/*
 * The sums over the patch from scratch[1] to `end`: result[channel][window]. scratch is [1 + 2 * taps + 1 + 4 * output
 * channels], `taps` those of the filter, rounded up to even.
 */
static inline const int32_t *edgecnn_patch_sums(const edgecnn_conv2d_swar_s8_params *p, uint32_t *scratch,
                                                uint32_t *end) {
  if ((end - scratch - 1) & 2) *end++ = 0, *end++ = 0; /* of a tap whose weights are 0 */
  edgecnn_swar_windows(scratch + 1, &p->stream, end);
  return (const int32_t *)end + 1;
}

/* The same for windows whose top left corners are at (y[i], x[i]), wherever that is. */
static __attribute__((noinline, unused)) const int32_t *edgecnn_patch_edge_sums(const edgecnn_conv2d_swar_s8_params *p,
                                                                                const int8_t *input,
                                                                                const int32_t y[EDGECNN_WINDOWS],
                                                                                const int32_t x[EDGECNN_WINDOWS],
                                                                                uint32_t *scratch) {
  for (int i = 0; i < EDGECNN_WINDOWS; i++) {
    edgecnn_patch_edge(p, input, y[i], x[i], (uint8_t *)(scratch + 1) + 2 * i);
  }
  const int32_t taps = p->geometry.filter_height * p->geometry.filter_width * p->geometry.input_channels;
  return edgecnn_patch_sums(p, scratch, scratch + 1 + 2 * taps);
}

#endif

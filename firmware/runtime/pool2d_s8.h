/* SPDX-License-Identifier: Apache-2.0 */
/* What the pools share: the geometry, and the walk over the windows. */
#ifndef EDGECNN_POOL2D_S8_H
#define EDGECNN_POOL2D_S8_H

#include <stdint.h>

#include "fixed_point.h"
#include "flash.h"
#include "geometry.h"

typedef struct {
  edgecnn_geometry geometry;
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
} edgecnn_pool2d_s8_params;

typedef edgecnn_pool2d_s8_params edgecnn_max_pool2d_s8_params;
typedef edgecnn_pool2d_s8_params edgecnn_average_pool2d_s8_params;

/* The part of a window that lies within the input, on one axis. */
typedef struct {
  int32_t begin, end; /* taps begin .. end - 1; none when begin >= end */
} edgecnn_taps;

/* The taps t of 0 .. taps - 1 with 0 <= origin + t * dilation < size, on one axis. dilation >= 1. */
static inline edgecnn_taps edgecnn_taps_inside(int32_t origin, int32_t taps, int32_t dilation, int32_t size) {
  edgecnn_taps inside = {0, taps};
  while (inside.begin < inside.end && origin + inside.begin * dilation < 0) inside.begin++;
  while (inside.end > inside.begin && origin + (inside.end - 1) * dilation >= size) inside.end--;
  return inside;
}

/* One window of one channel: rows x columns inputs, each at least 1; `first` is the top left one. */
typedef int32_t edgecnn_pool_window(const int8_t *first, int32_t rows, int32_t columns, int32_t row_step,
                                    int32_t column_step);

static inline void edgecnn_pool2d_s8(const EDGECNN_FLASH edgecnn_pool2d_s8_params *p, const int8_t *input,
                                     int8_t *output, edgecnn_pool_window *window) {
  const int32_t channels = p->geometry.input_channels;
  const int32_t row_step = p->geometry.input_width * channels;
  for (int32_t oy = 0; oy < p->geometry.output_height; oy++) {
    const int32_t y = oy * p->geometry.stride_height - p->geometry.pad_top;
    const edgecnn_taps rows = edgecnn_taps_inside(y, p->geometry.filter_height, 1, p->geometry.input_height);
    for (int32_t ox = 0; ox < p->geometry.output_width; ox++) {
      const int32_t x = ox * p->geometry.stride_width - p->geometry.pad_left;
      const edgecnn_taps columns = edgecnn_taps_inside(x, p->geometry.filter_width, 1, p->geometry.input_width);
      const int8_t *first = input + (y + rows.begin) * row_step + (x + columns.begin) * channels;
      for (int32_t c = 0; c < channels; c++) {
        const int32_t code = window(first + c, rows.end - rows.begin, columns.end - columns.begin, row_step, channels);
        *output++ = edgecnn_clamp(code, p->output_min, p->output_max);
      }
    }
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the pools with MVE share: the walk over the windows, all channels of one at a time. */
#ifndef EDGECNN_POOL2D_MVE_S8_H
#define EDGECNN_POOL2D_MVE_S8_H

#include <arm_mve.h>

#include "pool2d_s8.h"

/* The part of a window that lies within the input: rows x columns pixels, each at least 1. */
typedef struct {
  const int8_t *first; /* of the top left one's codes */
  int32_t rows, columns;
  int32_t row_step; /* codes */
} edgecnn_under;

/* Writes all channels of one pixel. */
typedef void edgecnn_pool_pixel(const edgecnn_pool2d_s8_params *p, const edgecnn_under *under, int8_t *output);

static inline void edgecnn_pool2d_mve(const edgecnn_pool2d_s8_params *p, const int8_t *input, int8_t *output,
                                      edgecnn_pool_pixel *pixel) {
  const int32_t row_step = p->input_width * p->input_channels;
  for (int32_t oy = 0, y = -p->pad_top; oy < p->output_height; oy++, y += p->stride_height) {
    const edgecnn_taps rows = edgecnn_taps_inside(y, p->filter_height, 1, p->input_height);
    const int8_t *line = input + (y + rows.begin) * row_step;
    for (int32_t ox = 0, x = -p->pad_left; ox < p->output_width; ox++, x += p->stride_width) {
      const edgecnn_taps columns = edgecnn_taps_inside(x, p->filter_width, 1, p->input_width);
      const edgecnn_under under = {line + (x + columns.begin) * p->input_channels, rows.end - rows.begin,
                                   columns.end - columns.begin, row_step};
      pixel(p, &under, output);
      output += p->input_channels;
    }
  }
}

#endif

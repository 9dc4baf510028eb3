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
  const int32_t row_step = p->geometry.input_width * p->geometry.input_channels;
  for (int32_t oy = 0, y = -p->geometry.pad_top; oy < p->geometry.output_height; oy++, y += p->geometry.stride_height) {
    const edgecnn_taps rows = edgecnn_taps_inside(y, p->geometry.filter_height, 1, p->geometry.input_height);
    const int8_t *line = input + (y + rows.begin) * row_step;
    for (int32_t ox = 0, x = -p->geometry.pad_left; ox < p->geometry.output_width;
         ox++, x += p->geometry.stride_width) {
      const edgecnn_taps columns = edgecnn_taps_inside(x, p->geometry.filter_width, 1, p->geometry.input_width);
      const edgecnn_under under = {line + (x + columns.begin) * p->geometry.input_channels, rows.end - rows.begin,
                                   columns.end - columns.begin, row_step};
      pixel(p, &under, output);
      output += p->geometry.input_channels;
    }
  }
}

#endif

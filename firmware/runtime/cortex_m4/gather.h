/* SPDX-License-Identifier: Apache-2.0 */
/* The geometry of a convolution, and copies of the codes under its windows. */
#ifndef EDGECNN_GATHER_H
#define EDGECNN_GATHER_H

#include <stdint.h>

#include "dsp.h"
#include "geometry.h"

typedef struct {
  edgecnn_geometry geometry;
  int32_t dilation_height, dilation_width; /* >= 1 */
  int32_t input_zero_point;                /* -128 .. 127 */
  int32_t row;                             /* bytes of a filter's row in a patch, with those that fill it up */
} edgecnn_window;

/* `size` codes from `codes`, or all the same where `step` is 0 and four of them are there. */
static inline int8_t *edgecnn_copy_codes(int8_t *to, const int8_t *codes, int32_t step, int32_t size) {
  EDGECNN_ROLLED for (; size >= 4; size -= 4) {
    edgecnn_store4(to, edgecnn_load4(codes));
    to += 4;
    codes += 4 * step;
  }
  EDGECNN_ROLLED for (; size > 0; size--) {
    *to++ = *codes;
    codes += step;
  }
  return to;
}

/* Copy the codes under the window at (y, x) into `patch`, with the code of zero where there is no input. */
static EDGECNN_APART void edgecnn_gather(const edgecnn_window *w, const int8_t *input, int32_t y, int32_t x,
                                         int8_t *patch) {
  const int8_t zero = (int8_t)w->input_zero_point;
  const int8_t zeros[4] = {zero, zero, zero, zero};
  const int whole_rows = w->dilation_width == 1 && x >= 0 && x + w->geometry.filter_width <= w->geometry.input_width;
  const int32_t run = whole_rows ? w->geometry.filter_width : 1;
  const int32_t size = run * w->geometry.input_channels;
  EDGECNN_ROLLED for (int32_t ky = 0; ky < w->geometry.filter_height; ky++) {
    const int32_t iy = y + ky * w->dilation_height;
    int8_t *to = patch + ky * w->row;
    EDGECNN_ROLLED for (int32_t kx = 0; kx < w->geometry.filter_width; kx += run) {
      const int32_t ix = x + kx * w->dilation_width;
      const int inside = iy >= 0 && iy < w->geometry.input_height && ix >= 0 && ix < w->geometry.input_width;
      const int8_t *codes = inside ? input + (iy * w->geometry.input_width + ix) * w->geometry.input_channels : zeros;
      to = edgecnn_copy_codes(to, codes, inside, size);
    }
  }
}

#endif

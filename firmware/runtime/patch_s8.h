/* What convolutions read: the input under one position of their window, laid side by side. */
#ifndef EDGECNN_PATCH_S8_H
#define EDGECNN_PATCH_S8_H

#include "conv2d_s8.h"

/*
 * The codes under one window, row by row, with the code of zero where there is no input: patch[0 ..
 * filter_height * filter_width * input_channels - 1]. (y, x) is the window's top left corner, possibly outside.
 */
static inline void edgecnn_patch_s8(const edgecnn_conv2d_s8_params *p, const int8_t *input, int32_t y, int32_t x,
                                    int8_t *patch) {
  /* Neighbouring taps lie side by side in the input: undilated and inside, a row of them is one copy. */
  const int whole_rows = p->dilation_width == 1 && x >= 0 && x + p->filter_width <= p->input_width;
  const int32_t run = whole_rows ? p->filter_width : 1;
  const int32_t size = run * p->input_channels;
  for (int32_t ky = 0; ky < p->filter_height; ky++) {
    const int32_t iy = y + ky * p->dilation_height;
    for (int32_t kx = 0; kx < p->filter_width; kx += run) {
      const int32_t ix = x + kx * p->dilation_width;
      if (iy >= 0 && iy < p->input_height && ix >= 0 && ix < p->input_width) {
        const int8_t *codes = input + (iy * p->input_width + ix) * p->input_channels;
        for (int32_t i = 0; i < size; i++) *patch++ = codes[i];
      } else {
        for (int32_t i = 0; i < size; i++) *patch++ = (int8_t)p->input_zero_point;
      }
    }
  }
}

#endif

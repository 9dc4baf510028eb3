/* SPDX-License-Identifier: Apache-2.0 */
/* What the convolutions share: their parameters, and the codes under one window. */
#ifndef EDGECNN_CONV2D_WINDOW_S8_H
#define EDGECNN_CONV2D_WINDOW_S8_H

#include <stdint.h>

#include "dot_s8.h"
#include "fixed_point.h"
#include "flash.h"
#include "geometry.h"

typedef struct {
  edgecnn_geometry geometry;
  int32_t dilation_height, dilation_width; /* >= 1 */
  int32_t output_channels;
  int32_t input_zero_point, output_zero_point; /* -128 .. 127 */
  int32_t output_min, output_max;              /* of the activation, within -128 .. 127 */
  const EDGECNN_FLASH int8_t *weights;         /* [output_channels][filter_height][filter_width][input_channels] */
  const EDGECNN_FLASH int32_t *bias;           /* [output_channels]: bias - input_zero_point * sum of weights */
  const EDGECNN_FLASH int32_t *multipliers;    /* [output_channels], see edgecnn_mbqm */
  const EDGECNN_FLASH int8_t *shifts;          /* [output_channels] */
} edgecnn_conv2d_s8_params;

/*
 * The codes under one window, in the order of the weights, with the code of zero where there is no input: patch[0 ..
 * filter_height * filter_width * input_channels - 1]. (y, x) is the window's top left corner, possibly outside.
 */
static inline void edgecnn_conv2d_gather(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p, const int8_t *input,
                                         int32_t y, int32_t x, int8_t *patch) {
  /* Neighbouring taps lie side by side in the input: undilated and inside, a row of them is one copy. */
  const int whole_rows = p->dilation_width == 1 && x >= 0 && x + p->geometry.filter_width <= p->geometry.input_width;
  const int32_t run = whole_rows ? p->geometry.filter_width : 1;
  const int32_t size = run * p->geometry.input_channels;
  for (int32_t ky = 0; ky < p->geometry.filter_height; ky++) {
    const int32_t iy = y + ky * p->dilation_height;
    for (int32_t kx = 0; kx < p->geometry.filter_width; kx += run) {
      const int32_t ix = x + kx * p->dilation_width;
      if (iy >= 0 && iy < p->geometry.input_height && ix >= 0 && ix < p->geometry.input_width) {
        const int8_t *codes = input + (iy * p->geometry.input_width + ix) * p->geometry.input_channels;
        for (int32_t i = 0; i < size; i++) *patch++ = codes[i];
      } else {
        for (int32_t i = 0; i < size; i++) *patch++ = (int8_t)p->input_zero_point;
      }
    }
  }
}

/* The output code of channel `oc` for the window in `patch`. */
static inline int8_t edgecnn_conv2d_code(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p, int32_t oc,
                                         const int8_t *patch) {
  const int32_t filter_size = p->geometry.filter_height * p->geometry.filter_width * p->geometry.input_channels;
  const int32_t sum = p->bias[oc] + edgecnn_dot_s8(EDGECNN_FAR(p->weights, oc * filter_size), patch, filter_size);
  const int32_t code = edgecnn_mbqm(sum, p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
  return edgecnn_clamp(code, p->output_min, p->output_max);
}

#endif

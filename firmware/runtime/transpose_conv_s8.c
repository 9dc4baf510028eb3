/* SPDX-License-Identifier: Apache-2.0 */
#include "transpose_conv_s8.h"

#include "dot_s8.h"
#include "fixed_point.h"

/* The input position that reaches an output position by a tap `distance` before it, or -1. */
static int32_t source(int32_t distance, int32_t stride, int32_t size) {
  return distance >= 0 && distance % stride == 0 && distance / stride < size ? distance / stride : -1;
}

/* The codes that reach output (y, x), tap by tap, with the code of zero where there is none. */
static void gather(const EDGECNN_FLASH edgecnn_transpose_conv_s8_params *p, const int8_t *input, int32_t y, int32_t x,
                   int8_t *patch) {
  for (int32_t ky = 0; ky < p->geometry.filter_height; ky++) {
    const int32_t iy = source(y + p->geometry.pad_top - ky, p->geometry.stride_height, p->geometry.input_height);
    for (int32_t kx = 0; kx < p->geometry.filter_width; kx++) {
      const int32_t ix = source(x + p->geometry.pad_left - kx, p->geometry.stride_width, p->geometry.input_width);
      const int reached = iy >= 0 && ix >= 0;
      const int32_t first = (iy * p->geometry.input_width + ix) * p->geometry.input_channels;
      for (int32_t c = 0; c < p->geometry.input_channels; c++) {
        *patch++ = reached ? input[first + c] : (int8_t)p->input_zero_point;
      }
    }
  }
}

EDGECNN_KERNEL void edgecnn_transpose_conv_s8(const EDGECNN_FLASH edgecnn_transpose_conv_s8_params *p,
                                              const int8_t *input, int8_t *output, int8_t *scratch) {
  const int32_t filter_size = p->geometry.filter_height * p->geometry.filter_width * p->geometry.input_channels;
  for (int32_t oy = 0; oy < p->geometry.output_height; oy++) {
    for (int32_t ox = 0; ox < p->geometry.output_width; ox++) {
      const EDGECNN_FLASH int8_t *weights = p->weights;
      gather(p, input, oy, ox, scratch);
      for (int32_t oc = 0; oc < p->output_channels; oc++) {
        const int32_t sum = p->bias[oc] + edgecnn_dot_s8(weights, scratch, filter_size);
        const int32_t code = edgecnn_mbqm(sum, p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
        *output++ = edgecnn_clamp(code, p->output_min, p->output_max);
        weights += filter_size;
      }
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_conv2d_s8.h"

#include "conv2d_window_s8.h"
#include "fixed_point.h"

/* sum of weights[t] * codes[t * step]; the caller has proved that it fits. */
static int32_t dot(const EDGECNN_FLASH int8_t *weights, const int8_t *codes, int32_t taps, int32_t step) {
  int32_t sum = 0;
  for (int32_t t = 0; t < taps; t++) sum += weights[t] * codes[t * step];
  return sum;
}

EDGECNN_KERNEL void edgecnn_depthwise_conv2d_s8(const EDGECNN_FLASH edgecnn_depthwise_conv2d_s8_params *p,
                                                const int8_t *input, int8_t *output, int8_t *scratch) {
  const int32_t taps = p->geometry.filter_height * p->geometry.filter_width;
  const int32_t multiplier = p->output_channels / p->geometry.input_channels;
  for (int32_t oy = 0; oy < p->geometry.output_height; oy++) {
    for (int32_t ox = 0; ox < p->geometry.output_width; ox++) {
      edgecnn_conv2d_gather(p, input, oy * p->geometry.stride_height - p->geometry.pad_top,
                            ox * p->geometry.stride_width - p->geometry.pad_left, scratch);
      for (int32_t oc = 0; oc < p->output_channels; oc++) {
        const int32_t sum = p->bias[oc] + dot(EDGECNN_FAR(p->weights, oc * taps), scratch + oc / multiplier, taps,
                                              p->geometry.input_channels);
        const int32_t code = edgecnn_mbqm(sum, p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
        *output++ = edgecnn_clamp(code, p->output_min, p->output_max);
      }
    }
  }
}

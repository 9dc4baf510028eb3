/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_s8.h"

EDGECNN_KERNEL void edgecnn_conv2d_s8(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p, const int8_t *input,
                                      int8_t *output, int8_t *scratch) {
  for (int32_t oy = 0; oy < p->geometry.output_height; oy++) {
    for (int32_t ox = 0; ox < p->geometry.output_width; ox++) {
      const int32_t y = oy * p->geometry.stride_height - p->geometry.pad_top;
      const int32_t x = ox * p->geometry.stride_width - p->geometry.pad_left;
      edgecnn_conv2d_gather(p, input, y, x, scratch);
      for (int32_t oc = 0; oc < p->output_channels; oc++) *output++ = edgecnn_conv2d_code(p, oc, scratch);
    }
  }
}

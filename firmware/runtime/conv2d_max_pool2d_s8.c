/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_s8.h"

/* Raise output[channels] to the codes of the convolution's pixel (y, x). */
static void raise_codes(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p, const int8_t *input, int32_t y, int32_t x,
                        int8_t *output, int8_t *scratch) {
  edgecnn_conv2d_gather(p, input, y * p->geometry.stride_height - p->geometry.pad_top,
                        x * p->geometry.stride_width - p->geometry.pad_left, scratch);
  for (int32_t oc = 0; oc < p->output_channels; oc++) {
    const int8_t code = edgecnn_conv2d_code(p, oc, scratch);
    if (code > output[oc]) output[oc] = code;
  }
}

EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_s8(const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_s8_params *p,
                                                 const int8_t *input, int8_t *output, int8_t *scratch) {
  for (int32_t py = 0; py < p->pooled_height; py++) {
    for (int32_t px = 0; px < p->pooled_width; px++) {
      for (int32_t oc = 0; oc < p->conv.output_channels; oc++) output[oc] = -128;
      for (int32_t ty = 0; ty < p->pool_height; ty++) {
        for (int32_t tx = 0; tx < p->pool_width; tx++) {
          const int32_t y = py * p->pool_stride_height + ty;
          const int32_t x = px * p->pool_stride_width + tx;
          raise_codes(&p->conv, input, y, x, output, scratch);
        }
      }
      output += p->conv.output_channels;
    }
  }
}

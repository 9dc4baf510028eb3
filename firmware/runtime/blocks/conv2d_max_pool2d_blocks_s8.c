/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_blocks_s8.h"

#include "copy_blocks_s8.h"

EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_blocks_s8(const edgecnn_conv2d_max_pool2d_blocks_s8_params *p,
                                                        const int8_t *input, int8_t *output, int8_t *scratch) {
  edgecnn_pixels *const maximum = edgecnn_blocks_maximum();
  const edgecnn_widen *widen = edgecnn_blocks_widen();
  const edgecnn_conv2d_blocks_s8_params *conv = &p->conv;
  edgecnn_blocks_copy(conv, widen, input, scratch);
  for (int32_t y = 0; y < conv->height; y++) {
    for (int32_t x = 0; x < conv->width; x++, output += conv->layer.channels) {
      const int8_t *window = scratch + (y * conv->row_step + x * conv->step) * widen->size;
      maximum(&conv->layer, conv->offsets, window, p->windows, p->taps, output);
    }
  }
}

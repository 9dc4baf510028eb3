/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_s8.h"

#include "conv2d_block_s8.h"

/*
 * Two channels of four pixels at once: scratch[4 * filter_height * filter_width * input_channels], needed only where a
 * window can reach over the input's edge, and the output may overwrite no input that the four pixels or later ones
 * read.
 */
EDGECNN_KERNEL void edgecnn_conv2d_s8(const EDGECNN_FLASH edgecnn_conv2d_s8_params *p, const int8_t *input,
                                      int8_t *output, int8_t *scratch) {
  const int32_t filter_size = p->geometry.filter_height * p->geometry.filter_width * p->geometry.input_channels;
  const int32_t channels = p->output_channels;
  for (int32_t oy = 0; oy < p->geometry.output_height; oy++) {
    for (int32_t ox = 0; ox < p->geometry.output_width; ox += EDGECNN_BLOCK) {
      const int32_t left = p->geometry.output_width - ox, pixels = left < EDGECNN_BLOCK ? left : EDGECNN_BLOCK;
      int32_t y[EDGECNN_BLOCK], x[EDGECNN_BLOCK];
      for (int32_t i = 0; i < EDGECNN_BLOCK; i++) { /* at the row's end its last pixel is computed several times */
        y[i] = oy * p->geometry.stride_height - p->geometry.pad_top;
        x[i] = (ox + (i < pixels ? i : pixels - 1)) * p->geometry.stride_width - p->geometry.pad_left;
      }
      const edgecnn_windows windows = edgecnn_conv2d_windows(p, input, y, x, scratch);
      const EDGECNN_FLASH int8_t *weights = p->weights;
      for (int32_t oc = 0; oc < channels; oc += 2, weights += 2 * filter_size) {
        const int32_t count = channels - oc > 1 ? 2 : 1;
        int32_t sums[2 * EDGECNN_BLOCK];
        edgecnn_conv2d_sums(&windows, weights, count == 2 ? filter_size : 0, sums);
        for (int32_t i = 0; i < pixels; i++) {
          for (int32_t k = 0; k < count; k++) {
            output[i * channels + oc + k] = edgecnn_conv2d_requantize(p, oc + k, sums[k * EDGECNN_BLOCK + i]);
          }
        }
      }
      output += pixels * channels;
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_s8.h"

#include "conv2d_block_s8.h"

/* The largest of the first `count` numbers and `largest`. */
static int32_t maximum(const int32_t *numbers, int32_t count, int32_t largest) {
  for (int32_t i = 0; i < count; i++) {
    if (numbers[i] > largest) largest = numbers[i];
  }
  return largest;
}

/* The pooled pixel (py, px): the maximum of its sums, requantized once, or in several blocks if the pool has over 4. */
static void pooled(const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_s8_params *p, const int8_t *input, int32_t py,
                   int32_t px, int8_t *output, int8_t *scratch) {
  const EDGECNN_FLASH edgecnn_conv2d_s8_params *conv = &p->conv;
  const int32_t filter_size =
      conv->geometry.filter_height * conv->geometry.filter_width * conv->geometry.input_channels;
  const int32_t taps = p->pool_height * p->pool_width;
  int32_t ty = 0, tx = 0;
  for (int32_t tap = 0; tap < taps; tap += EDGECNN_BLOCK) {
    int32_t y[EDGECNN_BLOCK], x[EDGECNN_BLOCK];
    for (int32_t i = 0; i < EDGECNN_BLOCK; i++) {
      y[i] = (py * p->pool_stride_height + ty) * conv->geometry.stride_height - conv->geometry.pad_top;
      x[i] = (px * p->pool_stride_width + tx) * conv->geometry.stride_width - conv->geometry.pad_left;
      if (tap + i + 1 < taps) { /* what the pool lacks to a whole block is its last pixel again */
        if (++tx == p->pool_width) tx = 0, ty++;
      }
    }
    const edgecnn_windows windows = edgecnn_conv2d_windows(conv, input, y, x, scratch);
    const EDGECNN_FLASH int8_t *weights = conv->weights;
    for (int32_t oc = 0; oc < conv->output_channels; oc += 2, weights += 2 * filter_size) {
      const int32_t count = conv->output_channels - oc > 1 ? 2 : 1;
      int32_t sums[2 * EDGECNN_BLOCK];
      edgecnn_conv2d_sums(&windows, weights, count == 2 ? filter_size : 0, sums);
      for (int32_t k = 0; k < count; k++) {
        const int32_t sum = maximum(sums + k * EDGECNN_BLOCK + 1, EDGECNN_BLOCK - 1, sums[k * EDGECNN_BLOCK]);
        const int8_t code = edgecnn_conv2d_requantize(conv, oc + k, sum);
        if (tap == 0 || code > output[oc + k]) output[oc + k] = code;
      }
    }
  }
}

/*
 * Two channels of four pixels of a pool at once: scratch[4 * filter_height * filter_width * input_channels], needed
 * only where a window can reach over the input's edge.
 */
EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_s8(const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_s8_params *p,
                                                 const int8_t *input, int8_t *output, int8_t *scratch) {
  for (int32_t py = 0; py < p->pooled_height; py++) {
    for (int32_t px = 0; px < p->pooled_width; px++) {
      pooled(p, input, py, px, output, scratch);
      output += p->conv.output_channels;
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_four_s8.h"

#include "four_windows.h"

/* Raise output[channels] to the codes of the four windows in the patch, or set it to them. */
static __attribute__((noinline)) void raise_codes(const edgecnn_conv2d_four_s8_params *p, edgecnn_terms taps,
                                                  const uint8_t *patch, const __uint24 starts[EDGECNN_WINDOWS],
                                                  int first, int8_t *output) {
  const edgecnn_scale24_params scale = p->scale;
  const __uint24 s0 = starts[0], s1 = starts[1], s2 = starts[2], s3 = starts[3];
  edgecnn_stream stream = edgecnn_stream_of(p->stream);
  for (int8_t *const end = output + p->output_channels; output < end; output++) {
    __uint24 sums[EDGECNN_WINDOWS] = {s0, s1, s2, s3};
    edgecnn_four_sums(taps, &stream, patch, sums);
    const int8_t code = edgecnn_scale24(&scale, stream, edgecnn_largest(sums));
    edgecnn_stream_skip(&stream, EDGECNN_SCALE24_SIZE);
    if (first || code > *output) *output = code;
  }
}

EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_four_s8(
    const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_four_s8_params *params, const int8_t *input, int8_t *output,
    int8_t *scratch) {
  const edgecnn_conv2d_max_pool2d_four_s8_params p = *params;
  const edgecnn_terms taps = edgecnn_terms_of(edgecnn_four_taps(&p.conv));
  const int16_t pixels = (int16_t)(p.pool_height * p.pool_width);
  uint8_t *const patch = (uint8_t *)scratch;
  for (int16_t py = 0; py < p.pooled_height; py++) {
    for (int16_t px = 0; px < p.pooled_width; px++, output += p.conv.output_channels) {
      int16_t ty = 0, tx = 0;
      for (int16_t pixel = 0; pixel < pixels; pixel = (int16_t)(pixel + EDGECNN_WINDOWS)) {
        __uint24 starts[EDGECNN_WINDOWS];
        for (int16_t i = 0; i < EDGECNN_WINDOWS; i++) {
          const int16_t y =
              (int16_t)((py * p.pool_stride_height + ty) * p.conv.geometry.stride_height - p.conv.geometry.pad_top);
          const int16_t x =
              (int16_t)((px * p.pool_stride_width + tx) * p.conv.geometry.stride_width - p.conv.geometry.pad_left);
          starts[i] = edgecnn_four_gather(&p.conv, input, y, x, patch + i);
          if (pixel + i + 1 < pixels) { /* what the pool lacks to a whole block is its last pixel again */
            if (++tx == p.pool_width) tx = 0, ty++;
          }
        }
        raise_codes(&p.conv, taps, patch, starts, pixel == 0, output);
      }
    }
  }
}

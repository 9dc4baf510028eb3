/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_four_s8.h"

#include "four_windows.h"

/* The output[channels] of `pixels` windows in the patch. What the loop needs lies at hand. */
static __attribute__((noinline)) void codes(const edgecnn_conv2d_four_s8_params *p, const uint8_t *patch,
                                            const __uint24 starts[EDGECNN_WINDOWS], uint8_t pixels, int8_t *output) {
  const edgecnn_scale24_params scale = p->scale;
  const __uint24 s0 = starts[0], s1 = starts[1], s2 = starts[2], s3 = starts[3];
  const int16_t channels = p->output_channels;
  const edgecnn_terms taps = edgecnn_terms_of(edgecnn_four_taps(p));
  edgecnn_stream stream = edgecnn_stream_of(p->stream);
  for (int8_t *const end = output + channels; output < end; output++) {
    __uint24 sums[EDGECNN_WINDOWS] = {s0, s1, s2, s3};
    edgecnn_four_sums(taps, &stream, patch, sums);
    int8_t *to = output;
    for (uint8_t i = 0; i < pixels; i++, to += channels) *to = edgecnn_scale24(&scale, stream, sums[i]);
    edgecnn_stream_skip(&stream, EDGECNN_SCALE24_SIZE);
  }
}

EDGECNN_KERNEL void edgecnn_conv2d_four_s8(const EDGECNN_FLASH edgecnn_conv2d_four_s8_params *params,
                                           const int8_t *input, int8_t *output, int8_t *scratch) {
  const edgecnn_conv2d_four_s8_params p = *params;
  uint8_t *const patch = (uint8_t *)scratch;
  for (int16_t oy = 0; oy < p.geometry.output_height; oy++) {
    for (int16_t ox = 0; ox < p.geometry.output_width; ox = (int16_t)(ox + EDGECNN_WINDOWS)) {
      const int16_t left = (int16_t)(p.geometry.output_width - ox);
      const uint8_t pixels = (uint8_t)(left < EDGECNN_WINDOWS ? left : EDGECNN_WINDOWS);
      __uint24 starts[EDGECNN_WINDOWS] = {0, 0, 0, 0};
      for (uint8_t i = 0; i < pixels; i++) { /* at the row's end the sums of what was there before go nowhere */
        starts[i] = edgecnn_four_gather(&p, input, (int16_t)(oy * p.geometry.stride_height - p.geometry.pad_top),
                                        (int16_t)((ox + i) * p.geometry.stride_width - p.geometry.pad_left), patch + i);
      }
      codes(&p, patch, starts, pixels, output);
      output += pixels * p.output_channels;
    }
  }
}

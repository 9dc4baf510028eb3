/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_conv2d_four_s8.h"

#include "sums4.h"

enum { WINDOWS = 4 };

EDGECNN_SUMS4(sums_of, EDGECNN_SIGNED_TERM)

/*
 * patch[channel][tap][0]: the codes + 128 under the window whose top left corner is at (y, x), possibly outside, with
 * that of zero where there is no input; `taps` is 4 * all taps.
 */
static __attribute__((noinline)) void gather(const edgecnn_conv2d_four_s8_params *p, const int8_t *input, int16_t y,
                                             int16_t x, uint8_t *patch, uint16_t taps) {
  const uint8_t nothing = (uint8_t)(p->input_zero_point + 128);
  for (int16_t ky = 0; ky < p->geometry.filter_height; ky++, y = (int16_t)(y + p->dilation_height)) {
    int16_t ix = x;
    for (int16_t kx = 0; kx < p->geometry.filter_width;
         kx++, ix = (int16_t)(ix + p->dilation_width), patch += WINDOWS) {
      uint8_t *to = patch;
      if (y >= 0 && y < p->geometry.input_height && ix >= 0 && ix < p->geometry.input_width) {
        const int8_t *from = input + (y * p->geometry.input_width + ix) * p->geometry.input_channels;
        for (const int8_t *const end = from + p->geometry.input_channels; from < end; to += taps)
          *to = (uint8_t)(*from++ + 128);
      } else {
        for (int16_t i = 0; i < p->geometry.input_channels; i++, to += taps) *to = nothing;
      }
    }
  }
}

/* The output[channels] of `pixels` windows in the patch. */
static __attribute__((noinline)) void codes(const edgecnn_conv2d_four_s8_params *p, const uint8_t *patch, uint16_t taps,
                                            int8_t pixels, int8_t *output) {
  const int16_t multiplier = (int16_t)(p->output_channels / p->geometry.input_channels);
  const edgecnn_terms terms = edgecnn_terms_of((int16_t)(taps / WINDOWS));
  const edgecnn_scale24_params scale = p->scale;
  const int16_t step = p->output_channels, channels = p->geometry.input_channels;
  edgecnn_stream stream = edgecnn_stream_of(p->stream);
  for (int16_t channel = 0; channel < channels; channel++, patch += taps) {
    for (int16_t i = 0; i < multiplier; i++) {
      __uint24 sums[WINDOWS] = {0, 0, 0, 0};
      sums_of(terms, &stream, patch, sums);
      int8_t *to = output++;
      for (int8_t k = 0; k < pixels; k++, to += step) *to = edgecnn_scale24(&scale, stream, sums[k]);
      edgecnn_stream_skip(&stream, EDGECNN_SCALE24_SIZE);
    }
  }
}

EDGECNN_KERNEL void edgecnn_depthwise_conv2d_four_s8(
    const EDGECNN_FLASH edgecnn_depthwise_conv2d_four_s8_params *params, const int8_t *input, int8_t *output,
    int8_t *scratch) {
  const edgecnn_depthwise_conv2d_four_s8_params p = *params;
  const uint16_t taps = (uint16_t)(WINDOWS * p.geometry.filter_height * p.geometry.filter_width);
  uint8_t *const patch = (uint8_t *)scratch;
  for (int16_t oy = 0; oy < p.geometry.output_height; oy++) {
    for (int16_t ox = 0; ox < p.geometry.output_width; ox = (int16_t)(ox + WINDOWS)) {
      const int16_t left = (int16_t)(p.geometry.output_width - ox);
      const int8_t pixels = (int8_t)(left < WINDOWS ? left : WINDOWS);
      for (int16_t i = 0; i < pixels; i++) { /* at the row's end the sums of what was there before go nowhere */
        gather(&p, input, (int16_t)(oy * p.geometry.stride_height - p.geometry.pad_top),
               (int16_t)((ox + i) * p.geometry.stride_width - p.geometry.pad_left), patch + i, taps);
      }
      codes(&p, patch, taps, pixels, output);
      output += pixels * p.output_channels;
    }
  }
}

#include "conv2d_four_s8.h"

#include "four_windows.h"

void edgecnn_conv2d_four_s8(const EDGECNN_FLASH edgecnn_conv2d_four_s8_params *params, const int8_t *input,
                            int8_t *output, int8_t *scratch) {
  const edgecnn_conv2d_four_s8_params p = *params;
  const edgecnn_terms taps = edgecnn_terms_of(edgecnn_four_taps(&p));
  uint8_t *const patch = (uint8_t *)scratch;
  for (int16_t oy = 0; oy < p.output_height; oy++) {
    for (int16_t ox = 0; ox < p.output_width; ox = (int16_t)(ox + EDGECNN_WINDOWS)) {
      const int16_t left = (int16_t)(p.output_width - ox), pixels = left < EDGECNN_WINDOWS ? left : EDGECNN_WINDOWS;
      __uint24 starts[EDGECNN_WINDOWS] = {0, 0, 0, 0};
      for (int16_t i = 0; i < pixels; i++) { /* at the row's end the sums of what was there before go nowhere */
        starts[i] = edgecnn_four_gather(&p, input, (int16_t)(oy * p.stride_height - p.pad_top),
                                        (int16_t)((ox + i) * p.stride_width - p.pad_left), patch + i);
      }
      edgecnn_stream stream = edgecnn_stream_of(p.stream);
      for (int16_t oc = 0; oc < p.output_channels; oc++, output++) {
        __uint24 sums[EDGECNN_WINDOWS] = {starts[0], starts[1], starts[2], starts[3]};
        edgecnn_four_sums(taps, &stream, patch, sums);
        for (int16_t i = 0; i < pixels; i++) {
          output[i * p.output_channels] = edgecnn_scale24(&p.scale, stream, sums[i]);
        }
        edgecnn_stream_skip(&stream, EDGECNN_SCALE24_SIZE);
      }
      output += (pixels - 1) * p.output_channels;
    }
  }
}

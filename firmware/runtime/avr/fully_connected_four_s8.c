/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_four_s8.h"

enum { CHANNELS = 4 };

EDGECNN_SUMS4(sums_of, EDGECNN_CHANNEL_TERM)

EDGECNN_KERNEL void edgecnn_fully_connected_four_s8(const EDGECNN_FLASH edgecnn_fully_connected_four_s8_params *params,
                                                    const int8_t *input, int8_t *output) {
  const edgecnn_fully_connected_four_s8_params p = *params;
  const edgecnn_terms depth = edgecnn_terms_of(p.input_depth);
  for (int16_t row = 0; row < p.rows; row++, input += p.input_depth) {
    __uint24 codes = 0;
    for (int16_t i = 0; i < p.input_depth; i++) codes += (uint8_t)(input[i] + 128);
    const __uint24 start = edgecnn_sum_start(codes);
    edgecnn_stream stream = edgecnn_stream_of(p.stream);
    for (int16_t oc = 0; oc < p.output_channels; oc = (int16_t)(oc + CHANNELS)) {
      __uint24 sums[CHANNELS] = {start, start, start, start};
      sums_of(depth, &stream, input, sums);
      for (int16_t i = 0; i < CHANNELS; i++) {
        if (oc + i < p.output_channels) *output++ = edgecnn_scale24(&p.scale, stream, sums[i]);
        edgecnn_stream_skip(&stream, EDGECNN_SCALE24_SIZE);
      }
    }
  }
}

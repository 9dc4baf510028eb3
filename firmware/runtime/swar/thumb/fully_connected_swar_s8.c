/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_swar_s8.h"

#include "swar_s8.h"

EDGECNN_KERNEL void edgecnn_fully_connected_swar_s8(const edgecnn_fully_connected_swar_s8_params *p,
                                                    const int8_t *input, int8_t *output, int8_t *scratch) {
  uint32_t *codes = (uint32_t *)(void *)scratch + 1;
  for (int32_t row = 0; row < p->rows; row++, input += p->input_depth, output += p->output_channels) {
    uint32_t *end = codes;
    for (int32_t i = 0; i < p->input_depth; i++) *end++ = (uint32_t)(input[i] + 128);
    if (p->input_depth & 1) *end++ = 0;
    const int32_t *sums = (const int32_t *)end + 1;
    *end = (uint32_t)(uintptr_t)sums;
    edgecnn_swar_channels(codes, p->stream);
    const edgecnn_scale *scale = (const edgecnn_scale *)(const void *)p->scales;
    for (int32_t oc = 0; oc < p->output_channels; oc++) output[oc] = edgecnn_scale_code(&p->scale, scale++, *sums++);
  }
}

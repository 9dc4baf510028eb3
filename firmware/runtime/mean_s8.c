/* SPDX-License-Identifier: Apache-2.0 */
#include "mean_s8.h"

#include "fixed_point.h"

EDGECNN_KERNEL void edgecnn_mean_s8(const EDGECNN_FLASH edgecnn_mean_s8_params *p, const int8_t *input,
                                    int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++) {
    for (int32_t c = 0; c < p->depth; c++) {
      /* In any order: |bias| + count * 128 is within the proved bound. */
      int32_t sum = p->bias;
      for (int32_t i = 0; i < p->count; i++) sum += input[i * p->depth + c];
      *output++ = edgecnn_clamp(edgecnn_mbqm(sum, p->multiplier, (int)p->shift) + p->output_zero_point, -128, 127);
    }
    input += p->count * p->depth;
  }
}

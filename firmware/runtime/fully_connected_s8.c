/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_s8.h"

#include "dot_s8.h"
#include "fixed_point.h"

EDGECNN_KERNEL void edgecnn_fully_connected_s8(const EDGECNN_FLASH edgecnn_fully_connected_s8_params *p,
                                               const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++) {
    const EDGECNN_FLASH int8_t *weights = p->weights;
    for (int32_t oc = 0; oc < p->output_channels; oc++) {
      const int32_t sum = p->bias[oc] + edgecnn_dot_s8(weights, input, p->input_depth);
      const int32_t code = edgecnn_mbqm(sum, p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
      *output++ = edgecnn_clamp(code, p->output_min, p->output_max);
      weights += p->input_depth;
    }
    input += p->input_depth;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_s8.h"

#include "fixed_point.h"

enum { CHANNELS = 4 };

/* sums[k] of channel k: its `depth` weights with the input. No partial sum leaves int32: proved. */
static void dots(const EDGECNN_FLASH int8_t *const weights[CHANNELS], const int8_t *input, int32_t depth,
                 int32_t sums[CHANNELS]) {
  const EDGECNN_FLASH int8_t *a = weights[0], *b = weights[1], *c = weights[2], *d = weights[3];
  int32_t sum_a = 0, sum_b = 0, sum_c = 0, sum_d = 0;
  for (int32_t i = 0; i < depth; i++) {
    const int32_t x = input[i];
    sum_a += a[i] * x;
    sum_b += b[i] * x;
    sum_c += c[i] * x;
    sum_d += d[i] * x;
  }
  sums[0] = sum_a, sums[1] = sum_b, sums[2] = sum_c, sums[3] = sum_d;
}

/* Four channels at once. */
EDGECNN_KERNEL void edgecnn_fully_connected_s8(const EDGECNN_FLASH edgecnn_fully_connected_s8_params *p,
                                               const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++, input += p->input_depth, output += p->output_channels) {
    for (int32_t oc = 0; oc < p->output_channels; oc += CHANNELS) {
      const EDGECNN_FLASH int8_t *weights[CHANNELS];
      int32_t sums[CHANNELS];
      for (int32_t k = 0; k < CHANNELS; k++) { /* what lacks to a whole block is the last channel again */
        const int32_t channel = oc + k < p->output_channels ? oc + k : p->output_channels - 1;
        weights[k] = EDGECNN_FAR(p->weights, channel * p->input_depth);
      }
      dots(weights, input, p->input_depth, sums);
      for (int32_t k = 0; k < CHANNELS && oc + k < p->output_channels; k++) {
        const int32_t at = oc + k;
        const int32_t code = edgecnn_mbqm(sums[k] + p->bias[at], p->multipliers[at], p->shifts[at]);
        output[at] = edgecnn_clamp(code + p->output_zero_point, p->output_min, p->output_max);
      }
    }
  }
}

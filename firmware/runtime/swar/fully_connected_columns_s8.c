/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_columns_s8.h"

#include "columns_s8.h"

EDGECNN_KERNEL void edgecnn_fully_connected_columns_s8(const edgecnn_fully_connected_columns_s8_params *p,
                                                       const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++) {
    const edgecnn_scale *scale = (const edgecnn_scale *)(const void *)p->scales;
    const uint8_t *weights = p->weights;
    uint32_t codes = 0; /* their sum, 128 times of which is too much in every sum of the channels */
    for (int32_t i = 0; i < p->input_depth; i++) codes += (uint32_t)(int32_t)*input++;
    for (int32_t left = p->output_channels; left > 0; left -= EDGECNN_COLUMNS) {
      uint32_t sums[EDGECNN_COLUMNS];
      weights = edgecnn_columns_dots(weights, input, p->input_depth, sums);
      for (int32_t k = 0; k < EDGECNN_COLUMNS && k < left; k++) {
        *output++ = edgecnn_scale_code(&p->scale, scale++, (int32_t)(sums[k] - 128 * codes));
      }
    }
  }
}

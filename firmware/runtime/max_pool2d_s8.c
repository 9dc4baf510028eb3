/* SPDX-License-Identifier: Apache-2.0 */
#include "max_pool2d_s8.h"

static int32_t largest(const int8_t *first, int32_t rows, int32_t columns, int32_t row_step, int32_t column_step) {
  int32_t code = -128;
  for (int32_t y = 0; y < rows; y++) {
    for (int32_t x = 0; x < columns; x++) {
      const int32_t here = first[y * row_step + x * column_step];
      if (here > code) code = here;
    }
  }
  return code;
}

EDGECNN_KERNEL void edgecnn_max_pool2d_s8(const EDGECNN_FLASH edgecnn_max_pool2d_s8_params *p, const int8_t *input,
                                          int8_t *output) {
  edgecnn_pool2d_s8(p, input, output, largest);
}

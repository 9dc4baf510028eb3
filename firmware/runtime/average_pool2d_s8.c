/* SPDX-License-Identifier: Apache-2.0 */
#include "average_pool2d_s8.h"

/* The mean of the raw codes, half away from zero. |sum| + count / 2 <= 129 * count < 2^31: proved at generation. */
static int32_t mean(const int8_t *first, int32_t rows, int32_t columns, int32_t row_step, int32_t column_step) {
  const int32_t count = rows * columns;
  int32_t sum = 0;
  for (int32_t y = 0; y < rows; y++) {
    for (int32_t x = 0; x < columns; x++) sum += first[y * row_step + x * column_step];
  }
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

EDGECNN_KERNEL void edgecnn_average_pool2d_s8(const EDGECNN_FLASH edgecnn_average_pool2d_s8_params *p,
                                              const int8_t *input, int8_t *output) {
  edgecnn_pool2d_s8(p, input, output, mean);
}

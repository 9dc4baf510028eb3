/* SPDX-License-Identifier: Apache-2.0 */
#include "concatenation_s8.h"

EDGECNN_KERNEL void edgecnn_concatenation_s8(const EDGECNN_FLASH edgecnn_concatenation_s8_params *p,
                                             const int8_t *const *inputs, int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++) {
    for (int32_t i = 0; i < p->inputs; i++) {
      const int32_t size = p->sizes[i];
      const int8_t *source = inputs[i] + row * size;
      if (source != output) {
        for (int32_t j = 0; j < size; j++) output[j] = source[j];
      }
      output += size;
    }
  }
}

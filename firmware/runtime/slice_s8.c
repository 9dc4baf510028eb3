/* SPDX-License-Identifier: Apache-2.0 */
#include "slice_s8.h"

EDGECNN_KERNEL void edgecnn_slice_s8(const EDGECNN_FLASH edgecnn_slice_s8_params *p, const int8_t *input,
                                     int8_t *output) {
  const EDGECNN_FLASH int32_t *shape = p->shape, *steps = p->steps;
  for (int32_t i = 0; i < shape[0]; i++) {
    for (int32_t j = 0; j < shape[1]; j++) {
      for (int32_t k = 0; k < shape[2]; k++) {
        const int8_t *row = input + p->start + i * steps[0] + j * steps[1] + k * steps[2];
        for (int32_t l = 0; l < shape[3]; l++) *output++ = row[l * steps[3]];
      }
    }
  }
}

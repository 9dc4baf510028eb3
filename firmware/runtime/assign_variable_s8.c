/* SPDX-License-Identifier: Apache-2.0 */
#include "assign_variable_s8.h"

EDGECNN_KERNEL void edgecnn_assign_variable_s8(const EDGECNN_FLASH edgecnn_assign_variable_s8_params *p,
                                               const int8_t *input, int8_t *output) {
  for (int32_t i = 0; i < p->size; i++) output[i] = input[i];
}

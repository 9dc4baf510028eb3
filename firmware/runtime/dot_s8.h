/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of convolutions and fully connected layers. */
#ifndef EDGECNN_DOT_S8_H
#define EDGECNN_DOT_S8_H

#include <stdint.h>

#include "flash.h"

/* sum of weights[i] * input[i]; the caller has proved that it fits. */
static inline int32_t edgecnn_dot_s8(const EDGECNN_FLASH int8_t *weights, const int8_t *input, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) sum += weights[i] * input[i];
  return sum;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Sum or difference of two int8 tensors of the same shape. */
#ifndef EDGECNN_ADD_SAME_S8_H
#define EDGECNN_ADD_SAME_S8_H

#include <stdint.h>

#include "kernel.h"

typedef struct {
  int32_t size;                     /* codes */
  int32_t sign;                     /* 1: input1 + input2, -1: input1 - input2 */
  int32_t zero_point1, zero_point2; /* -128 .. 127 */
  int32_t output_min, output_max;   /* of the activation, within -128 .. 127 */
  const int32_t *scales; /* [3][4]: of the first input, of the second and of their sum, see edgecnn_rescale */
} edgecnn_add_same_s8_params;

/* output[size] from input1[size] and input2[size]; it may be one of them. */
void edgecnn_add_same_s8(const edgecnn_add_same_s8_params *params, const int8_t *input1, const int8_t *input2,
                         int8_t *output);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Sum or difference of two int8 tensors of the same shape, eight codes at once, for cores with NEON. */
#ifndef EDGECNN_ADD_SAME_NEON_S8_H
#define EDGECNN_ADD_SAME_NEON_S8_H

#include <stdint.h>

#include "kernel.h"

typedef struct {
  int32_t size;
  int32_t sign;                                        /* 1: input1 + input2, -1: input1 - input2 */
  int32_t zero_point1, zero_point2, output_zero_point; /* -128 .. 127 */
  int32_t output_min, output_max;                      /* of the activation, within -128 .. 127 */
  const int32_t *multipliers;                          /* [3]: of the inputs, and of their sum, see edgecnn_mbqm */
  const int32_t *shifts;                               /* [3] */
} edgecnn_add_same_neon_s8_params;

/* output[size] from input1[size] and input2[size]; it may overlap them where it does not begin behind them. */
void edgecnn_add_same_neon_s8(const edgecnn_add_same_neon_s8_params *params, const int8_t *input1, const int8_t *input2,
                              int8_t *output);

#endif

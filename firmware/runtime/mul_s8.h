/* SPDX-License-Identifier: Apache-2.0 */
/* Product of two int8 tensors. */
#ifndef EDGECNN_MUL_S8_H
#define EDGECNN_MUL_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  const EDGECNN_FLASH int32_t *shape; /* [4]: of the output */
  const EDGECNN_FLASH int32_t *steps1,
      *steps2; /* [4] each: codes from one position of an axis to the next; 0 where repeated */
  int32_t zero_point1, zero_point2, output_zero_point; /* -128 .. 127 */
  int32_t output_min, output_max;                      /* of the activation, within -128 .. 127 */
  int32_t multiplier, shift;                           /* from the product to the output's scale, see edgecnn_mbqm */
} edgecnn_mul_s8_params;

/*
 * output[shape] from input1 and input2. It may be an input that has no step of 0, but for axes of size 1.
 * No product leaves int32: proved when the code is generated.
 */
void edgecnn_mul_s8(const EDGECNN_FLASH edgecnn_mul_s8_params *params, const int8_t *input1, const int8_t *input2,
                    int8_t *output);

#endif

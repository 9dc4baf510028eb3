/* SPDX-License-Identifier: Apache-2.0 */
/* Sum or difference of two int8 tensors of one shape, as one linear function of their codes. */
#ifndef EDGECNN_ADD_LINEAR_S8_H
#define EDGECNN_ADD_LINEAR_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int16_t size;
  int16_t output_min, output_max; /* of the activation, within -128 .. 127 */
  /* The output's code is factor1 * (code1 + 128) + factor2 * (code2 + 128) + offset, limited: integers and fractions.
   */
  int16_t whole1, whole2, whole;           /* factors: -128 .. 127 */
  uint32_t fraction1, fraction2, fraction; /* of 2^32 */
} edgecnn_add_linear_s8_params;

/*
 * output[size] from input1 and input2; it may be either. Checked for all pairs of codes when the code is generated:
 * equal to edgecnn_add_s8.
 */
void edgecnn_add_linear_s8(const EDGECNN_FLASH edgecnn_add_linear_s8_params *params, const int8_t *input1,
                           const int8_t *input2, int8_t *output);

#endif

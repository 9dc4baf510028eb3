/* SPDX-License-Identifier: Apache-2.0 */
/* Sum or difference of two int8 tensors of the same shape, for cores with MVE. */
#ifndef EDGECNN_ADD_MVE_S8_H
#define EDGECNN_ADD_MVE_S8_H

#include <stdint.h>

#include "kernel.h"

typedef struct {
  int32_t size;                        /* codes */
  int32_t coarse;                      /* which input has the larger scale: 0 or 1 */
  int32_t zero_point, fine_zero_point; /* of that input and of the other, -128 .. 127 */
  int32_t factor;                      /* from that input to the common scale: exactly 2^19 or -2^19 */
  int32_t sign;                        /* of the other: 1 or -1 */
  int32_t fine_multiplier, fine_shift; /* of the other, see edgecnn_mbqm: shift <= 0 */
  int32_t multiplier, left, right;     /* of the sum: shift is left >= 0 or right <= 0, the other being 0 */
  int32_t output_zero_point;           /* -128 .. 127 */
  int32_t output_min, output_max;      /* of the activation, within -128 .. 127 */
} edgecnn_add_mve_s8_params;

/*
 * output[size] from input1[size] and input2[size]; it may be one of them. No sum leaves int32: proved when the code is
 * generated.
 */
void edgecnn_add_mve_s8(const edgecnn_add_mve_s8_params *params, const int8_t *input1, const int8_t *input2,
                        int8_t *output);

#endif

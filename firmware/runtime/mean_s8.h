/* SPDX-License-Identifier: Apache-2.0 */
/* Mean of an int8 tensor over neighbouring axes. */
#ifndef EDGECNN_MEAN_S8_H
#define EDGECNN_MEAN_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t rows, count, depth; /* codes before, along and after the axes */
  int32_t bias;               /* -count * input zero point */
  int32_t output_zero_point;  /* -128 .. 127 */
  int32_t multiplier, shift;  /* from the sum to the output's scale, the division by count included: see edgecnn_mbqm */
} edgecnn_mean_s8_params;

/*
 * output[rows][depth] from input[rows][count][depth]. The two may begin at the same place.
 * No sum leaves int32: proved when the code is generated.
 */
void edgecnn_mean_s8(const EDGECNN_FLASH edgecnn_mean_s8_params *params, const int8_t *input, int8_t *output);

#endif

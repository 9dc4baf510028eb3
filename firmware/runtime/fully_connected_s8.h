/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors. */
#ifndef EDGECNN_FULLY_CONNECTED_S8_H
#define EDGECNN_FULLY_CONNECTED_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t rows; /* 1 for a plain dense layer */
  int32_t input_depth, output_channels;
  int32_t output_zero_point;                /* -128 .. 127 */
  int32_t output_min, output_max;           /* of the activation, within -128 .. 127 */
  const EDGECNN_FLASH int8_t *weights;      /* [output_channels][input_depth] */
  const EDGECNN_FLASH int32_t *bias;        /* [output_channels]: bias - input zero point * sum of weights */
  const EDGECNN_FLASH int32_t *multipliers; /* [output_channels], see edgecnn_mbqm */
  const EDGECNN_FLASH int8_t *shifts;       /* [output_channels] */
} edgecnn_fully_connected_s8_params;

/*
 * output[rows][output_channels] from input[rows][input_depth]. The two must not overlap.
 * No accumulator leaves int32: proved from the weights when the code is generated.
 */
void edgecnn_fully_connected_s8(const EDGECNN_FLASH edgecnn_fully_connected_s8_params *params, const int8_t *input,
                                int8_t *output);

#endif

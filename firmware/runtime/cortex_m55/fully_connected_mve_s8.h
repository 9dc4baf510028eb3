/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors, sixteen products at once, for cores with MVE. */
#ifndef EDGECNN_FULLY_CONNECTED_MVE_S8_H
#define EDGECNN_FULLY_CONNECTED_MVE_S8_H

#include <stdint.h>

#include "kernel.h"

typedef struct {
  int32_t rows; /* 1 for a plain dense layer */
  int32_t input_depth, output_channels;
  int32_t output_zero_point;      /* -128 .. 127 */
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
  const int8_t *weights;      /* [output_channels / 4][input_depth / 16][4][16], both rounded up: zeros at the end */
  const int32_t *bias;        /* [output_channels rounded up to 4]: bias - input zero point * sum of weights */
  const int32_t *multipliers; /* [output_channels rounded up to 4], see edgecnn_mbqm */
  const int8_t *shifts;       /* as in edgecnn_channels */
} edgecnn_fully_connected_mve_s8_params;

/*
 * output[rows][output_channels] from input[rows][input_depth]. The two must not overlap.
 * No accumulator leaves int32: proved from the weights when the code is generated.
 */
void edgecnn_fully_connected_mve_s8(const edgecnn_fully_connected_mve_s8_params *params, const int8_t *input,
                                    int8_t *output);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors, four output channels at once. */
#ifndef EDGECNN_FULLY_CONNECTED_FOUR_S8_H
#define EDGECNN_FULLY_CONNECTED_FOUR_S8_H

#include "kernel.h"
#include "scale24.h"
#include "sums4.h"

typedef struct {
  int16_t rows; /* 1 for a plain dense layer */
  int16_t input_depth, output_channels;
  edgecnn_scale24_params scale;
  /* Of each four channels, the last of which may be one too many: [input_depth][4] weights + 128, 4 edgecnn_scale24 */
  const EDGECNN_FLASH uint8_t *stream;
} edgecnn_fully_connected_four_s8_params;

/* output[rows][output_channels] from input[rows][input_depth]. The two must not overlap. */
void edgecnn_fully_connected_four_s8(const EDGECNN_FLASH edgecnn_fully_connected_four_s8_params *params,
                                     const int8_t *input, int8_t *output);

#endif

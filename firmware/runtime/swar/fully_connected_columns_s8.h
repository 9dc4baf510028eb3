/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors, eight output channels at once. */
#ifndef EDGECNN_FULLY_CONNECTED_COLUMNS_S8_H
#define EDGECNN_FULLY_CONNECTED_COLUMNS_S8_H

#include <stdint.h>

#include "kernel.h"
#include "scale_s8.h"

typedef struct {
  int32_t rows; /* 1 for a plain dense layer */
  int32_t input_depth, output_channels;
  edgecnn_scale_params scale;
  const uint8_t *weights; /* [channels / 8, rounded up][input_depth][8]: weight + 128, which needs no sign */
  const int32_t *scales;  /* an edgecnn_scale of each output channel */
} edgecnn_fully_connected_columns_s8_params;

/* output[rows][output_channels] from input[rows][input_depth]. The two must not overlap. */
void edgecnn_fully_connected_columns_s8(const edgecnn_fully_connected_columns_s8_params *params, const int8_t *input,
                                        int8_t *output);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors, four output channels at a time. */
#ifndef EDGECNN_FULLY_CONNECTED_QUADS_S8_H
#define EDGECNN_FULLY_CONNECTED_QUADS_S8_H

#include <stdint.h>

#include "kernel.h"

typedef struct {
  int32_t rows; /* 1 for a plain dense layer */
  int32_t input_depth, output_channels;
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
  const int32_t *weights;         /* for each four channels, see quad_codes */
} edgecnn_fully_connected_quads_s8_params;

/*
 * output[rows][output_channels] from input[rows][input_depth]; scratch, aligned to 4, is for the kernel's own use: two
 * bytes for each code of a row, whose number is rounded up to a multiple of 4. The output may overwrite the input
 * behind it: a row is read before its codes are written. Nothing else may overlap.
 */
void edgecnn_fully_connected_quads_s8(const edgecnn_fully_connected_quads_s8_params *params, const int8_t *input,
                                      int8_t *output, int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors, the weights of two channels in a word. */
#ifndef EDGECNN_FULLY_CONNECTED_SWAR_S8_H
#define EDGECNN_FULLY_CONNECTED_SWAR_S8_H

#include <stdint.h>

#include "kernel.h"
#include "scale_s8.h"

typedef struct {
  int32_t rows; /* 1 for a plain dense layer */
  int32_t input_depth, output_channels;
  edgecnn_scale_params scale;
  const int32_t *stream; /* the weights of four channels at a time in groups, see swar_s8.h */
  const int32_t *scales; /* an edgecnn_scale of each output channel */
} edgecnn_fully_connected_swar_s8_params;

/*
 * output[rows][output_channels] from input[rows][input_depth]; scratch is [1 + depth + 1 + output channels] words, the
 * depth rounded up to even, the channels to a multiple of four. None must overlap.
 */
void edgecnn_fully_connected_swar_s8(const edgecnn_fully_connected_swar_s8_params *params, const int8_t *input,
                                     int8_t *output, int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors, a block of channels and more at once. */
#ifndef EDGECNN_FULLY_CONNECTED_BLOCKS_S8_H
#define EDGECNN_FULLY_CONNECTED_BLOCKS_S8_H

#include "blocks_s8.h"
#include "kernel.h"

typedef struct {
  edgecnn_blocks layer; /* with an even number of groups */
  int32_t depth;        /* of the input, one row */
  int32_t missing;      /* taps of the groups beyond it */
} edgecnn_fully_connected_blocks_s8_params;

/*
 * output[layer.channels] from input[depth]; scratch holds two bytes for each tap of the groups. The output may be the
 * input: it is written when the copy of that is complete.
 */
void edgecnn_fully_connected_blocks_s8(const edgecnn_fully_connected_blocks_s8_params *params, const int8_t *input,
                                       int8_t *output, int8_t *scratch);

#endif

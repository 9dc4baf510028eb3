/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of int8 tensors, 16 channels at once, for cores with NEON. */
#ifndef EDGECNN_FULLY_CONNECTED_NEON_S8_H
#define EDGECNN_FULLY_CONNECTED_NEON_S8_H

#include "kernel.h"
#include "neon_fully_connected.h"

typedef edgecnn_neon_fully_connected edgecnn_fully_connected_neon_s8_params;

/*
 * output[layer.channels] from input[depth]; scratch as that of edgecnn_conv2d_neon_s8, for depth codes rounded up to
 * whole quads. The output may be the input: it is written when the copy is complete.
 */
void edgecnn_fully_connected_neon_s8(const edgecnn_fully_connected_neon_s8_params *params, const int8_t *input,
                                     int8_t *output, int8_t *scratch);

#endif

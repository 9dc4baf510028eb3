/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of int8 tensors in blocks, weights kept as int16: the fewest instructions. */
#ifndef EDGECNN_CONV2D_PAIRS_W16_S8_H
#define EDGECNN_CONV2D_PAIRS_W16_S8_H

#include "conv2d_pairs.h"
#include "kernel.h"

typedef edgecnn_conv2d_pairs_params edgecnn_conv2d_pairs_w16_s8_params;

/*
 * output[output_height][output_width][output_channels] from input[input_height][input_width][input_channels];
 * scratch[4 * taps], aligned to 4, is for the kernel's own use, and 2 * taps bytes more where patches are copied. The
 * output may overwrite the input behind it: two windows are read before their pixels are written. Nothing else may
 * overlap.
 */
void edgecnn_conv2d_pairs_w16_s8(const edgecnn_conv2d_pairs_w16_s8_params *params, const int8_t *input, int8_t *output,
                                 int8_t *scratch);

#endif

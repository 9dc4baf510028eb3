/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once, along rows of taps, for cores with MVE. */
#ifndef EDGECNN_CONV2D_ROWS_S8_H
#define EDGECNN_CONV2D_ROWS_S8_H

#include "conv2d_max_pool2d_s8.h"
#include "kernel.h"

/*
 * With zeros at the end: weights[output_channels / 4][filter_height][row / 16][4][16], all rounded up, a row being
 * filter_width * input_channels; bias and multipliers of output_channels rounded up to 4, shifts as in
 * edgecnn_channels.
 */
typedef edgecnn_conv2d_max_pool2d_s8_params edgecnn_conv2d_rows_s8_params;

/*
 * As conv2d_max_pool2d_s8, but scratch[4 * filter_height * (row rounded up to 16)], needed only where a window can
 * reach over the input's edge or is dilated. The output may overwrite what no window of its block or of a later one
 * reads, and, if the pool has over four pixels, nothing.
 */
void edgecnn_conv2d_rows_s8(const edgecnn_conv2d_rows_s8_params *params, const int8_t *input, int8_t *output,
                            int8_t *scratch);

#endif

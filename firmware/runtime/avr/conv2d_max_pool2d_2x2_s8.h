/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once, for filters of 3 or 5 columns and pools of 2x2: the windows overlap. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_2X2_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_2X2_S8_H

#include "conv2d_max_pool2d_four_s8.h"
#include "kernel.h"

/*
 * Strides and dilation of the convolution are 1. The weights of a channel are in the order [input_channels]
 * [filter_height][filter_width]; last_y and last_x are those of all four windows together.
 */
typedef edgecnn_conv2d_max_pool2d_four_s8_params edgecnn_conv2d_max_pool2d_2x2_s8_params;

/* As the plain kernel, but scratch[(input_channels * (filter_height + 1) + 1) * 2 * (filter_width + 1)]. */
void edgecnn_conv2d_max_pool2d_2x2_s8(const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_2x2_s8_params *params,
                                      const int8_t *input, int8_t *output, int8_t *scratch);

#endif

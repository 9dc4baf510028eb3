/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of each channel on its own, int8 tensors, one image: four pixels of a row at once. */
#ifndef EDGECNN_DEPTHWISE_CONV2D_FOUR_S8_H
#define EDGECNN_DEPTHWISE_CONV2D_FOUR_S8_H

#include "conv2d_four_s8.h"
#include "kernel.h"

/* output_channels is a multiple of input_channels; the stream has filter_height * filter_width weights with a sign. */
typedef edgecnn_conv2d_four_s8_params edgecnn_depthwise_conv2d_four_s8_params;

/* As edgecnn_conv2d_four_s8: scratch[4 * filter_height * filter_width * input_channels]. */
void edgecnn_depthwise_conv2d_four_s8(const EDGECNN_FLASH edgecnn_depthwise_conv2d_four_s8_params *params,
                                      const int8_t *input, int8_t *output, int8_t *scratch);

#endif

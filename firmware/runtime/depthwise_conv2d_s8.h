/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of each channel on its own, int8 tensors, one image, height x width x channels. */
#ifndef EDGECNN_DEPTHWISE_CONV2D_S8_H
#define EDGECNN_DEPTHWISE_CONV2D_S8_H

#include "conv2d_window_s8.h"
#include "kernel.h"

/* output_channels is a multiple of input_channels; weights are [output_channels][filter_height][filter_width]. */
typedef edgecnn_conv2d_s8_params edgecnn_depthwise_conv2d_s8_params;

/*
 * output[output_height][output_width][output_channels] from input[input_height][input_width][input_channels]: output
 * channel c reads input channel c / (output_channels / input_channels).
 * scratch[filter_height * filter_width * input_channels] is for the kernel's own use. The output may
 * overwrite the input behind it: a window is read before its pixel is written. Nothing else may overlap.
 * No accumulator leaves int32: proved from the weights when the code is generated.
 */
void edgecnn_depthwise_conv2d_s8(const EDGECNN_FLASH edgecnn_depthwise_conv2d_s8_params *params, const int8_t *input,
                                 int8_t *output, int8_t *scratch);

#endif

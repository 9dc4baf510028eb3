/* Two-dimensional convolution of int8 tensors, two channels of four pixels at once. */
#ifndef EDGECNN_CONV2D_S8_H
#define EDGECNN_CONV2D_S8_H

#include "conv2d_window_s8.h"

/*
 * As the plain kernel, but scratch[4 * filter_height * filter_width * input_channels], needed only where the window can
 * reach over the input's edge, and the output may overwrite no input that the four pixels or later ones read.
 */
void edgecnn_conv2d_s8(const EDGECNN_FLASH edgecnn_conv2d_s8_params *params, const int8_t *input, int8_t *output,
                       int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution of int8 tensors with filters of 3 x 3, four channels at a time. */
#ifndef EDGECNN_DEPTHWISE_CONV2D_3X3_S8_H
#define EDGECNN_DEPTHWISE_CONV2D_3X3_S8_H

#include "gather.h"
#include "kernel.h"

typedef struct {
  edgecnn_window window;          /* of 3 x 3 taps, undilated; as many channels go out as in, a multiple of 4 */
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
  const int32_t *weights;         /* [channels / 4][4 + 18 + 16], see four_codes */
} edgecnn_depthwise_conv2d_3x3_s8_params;

/*
 * output[output_height][output_width][channels] from input[input_height][input_width][channels]; scratch[9 * channels]
 * is for the kernel's own use. The output may overwrite the input behind it: four channels of a pixel are written when
 * theirs have been read, and the pixel's others have not. Nothing else may overlap.
 */
void edgecnn_depthwise_conv2d_3x3_s8(const edgecnn_depthwise_conv2d_3x3_s8_params *params, const int8_t *input,
                                     int8_t *output, int8_t *scratch);

#endif

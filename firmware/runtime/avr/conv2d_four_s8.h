/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of int8 tensors, one image, height x width x channels: four pixels of a row at once. */
#ifndef EDGECNN_CONV2D_FOUR_S8_H
#define EDGECNN_CONV2D_FOUR_S8_H

#include <stdint.h>

#include "geometry16.h"
#include "kernel.h"
#include "scale24.h"

typedef struct {
  edgecnn_geometry16 geometry;
  int16_t dilation_height, dilation_width; /* >= 1 */
  int16_t output_channels;
  int16_t input_zero_point; /* -128 .. 127 */
  int16_t last_y, last_x;   /* of the top left corner of a window that lies within the input; < 0: none does */
  edgecnn_scale24_params scale;
  const EDGECNN_FLASH uint8_t *stream; /* of each channel: filter_size weights + 128, and its edgecnn_scale24 */
} edgecnn_conv2d_four_s8_params;

/*
 * output[output_height][output_width][output_channels] from input[input_height][input_width][input_channels];
 * scratch[4 * filter_height * filter_width * input_channels]. The output may overwrite no input that the four pixels or
 * later ones read.
 */
void edgecnn_conv2d_four_s8(const EDGECNN_FLASH edgecnn_conv2d_four_s8_params *params, const int8_t *input,
                            int8_t *output, int8_t *scratch);

#endif

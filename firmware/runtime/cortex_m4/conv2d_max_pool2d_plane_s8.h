/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution of an image of one channel and max pooling of 2 x 2 at once: the four pixels share what is loaded. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_PLANE_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_PLANE_S8_H

#include <stdint.h>

#include "kernel.h"

typedef struct {
  int32_t input_height, input_width;
  int32_t filter_width;      /* 1 .. 7; filters have 1 .. 5 rows, and stride 1 */
  int32_t pad_top, pad_left; /* rows and columns of zeros before the input, >= 0 */
  int32_t pooled_height, pooled_width, output_channels;
  int32_t input_zero_point;       /* -128 .. 127 */
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
  const int32_t *weights;         /* [output_channels][1 + 6 * filter_width + 4], see largest_codes*/
} edgecnn_conv2d_max_pool2d_plane_s8_params;

/*
 * output[pooled_height][pooled_width][output_channels] from input[input_height][input_width]; scratch, aligned to 4:
 * 12 * (2 * pooled_width + filter_width - 1) bytes. The output may overwrite the input behind it: the six rows under
 * a row of the output are read before that is written. Nothing else may overlap.
 */
void edgecnn_conv2d_max_pool2d_plane_s8(const edgecnn_conv2d_max_pool2d_plane_s8_params *params, const int8_t *input,
                                        int8_t *output, int8_t *scratch);

#endif

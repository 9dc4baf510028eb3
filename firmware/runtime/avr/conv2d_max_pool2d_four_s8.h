/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once, four pixels of a pool at a time: the map between them is never stored. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_FOUR_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_FOUR_S8_H

#include "conv2d_four_s8.h"
#include "kernel.h"

typedef struct {
  edgecnn_conv2d_four_s8_params conv;
  int16_t pool_height, pool_width;
  int16_t pool_stride_height, pool_stride_width; /* at least pool_height and pool_width: no pixel is pooled twice */
  int16_t pooled_height, pooled_width;           /* every window lies within the convolution's output */
} edgecnn_conv2d_max_pool2d_four_s8_params;

/* As the plain kernel, but scratch[4 * filter_height * filter_width * input_channels]. */
void edgecnn_conv2d_max_pool2d_four_s8(const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_four_s8_params *params,
                                       const int8_t *input, int8_t *output, int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once: the map between them is never stored. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_S8_H

#include "conv2d_window_s8.h"
#include "kernel.h"

typedef struct {
  edgecnn_conv2d_s8_params conv;
  int32_t pool_height, pool_width;
  int32_t pool_stride_height, pool_stride_width; /* at least pool_height and pool_width: no pixel is pooled twice */
  int32_t pooled_height, pooled_width;           /* every window lies within the convolution's output */
} edgecnn_conv2d_max_pool2d_s8_params;

/*
 * output[pooled_height][pooled_width][conv.output_channels] from the input of the convolution; scratch as for it. The
 * output may overwrite the input behind it, which a pooled pixel needs no more. Nothing else may overlap.
 */
void edgecnn_conv2d_max_pool2d_s8(const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_s8_params *params, const int8_t *input,
                                  int8_t *output, int8_t *scratch);

#endif

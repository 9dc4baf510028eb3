/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once, two pixels of a pool in a word. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_SWAR_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_SWAR_S8_H

#include "conv2d_patch_s8.h"
#include "kernel.h"

typedef struct {
  edgecnn_conv2d_swar_s8_params conv;
  int32_t pool_height, pool_width;
  int32_t pool_stride_height, pool_stride_width; /* at least pool_height and pool_width: no pixel is pooled twice */
  int32_t pooled_height, pooled_width;           /* every window lies within the convolution's output */
  int32_t last_y, last_x;                        /* of a pool's first window if all of them lie within the input */
  int32_t blocks;                                /* of four windows */
  const int32_t *offsets; /* [blocks][4]: where the windows of a pool begin; what lacks to a block is the last again */
} edgecnn_conv2d_max_pool2d_swar_s8_params;

/* As the plain kernel, but scratch is that of edgecnn_conv2d_swar_s8. */
void edgecnn_conv2d_max_pool2d_swar_s8(const edgecnn_conv2d_max_pool2d_swar_s8_params *params, const int8_t *input,
                                       int8_t *output, int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once, a block of channels of four pixels of a pool at a time. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_BLOCKS_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_BLOCKS_S8_H

#include "conv2d_blocks_s8.h"
#include "kernel.h"

typedef struct {
  edgecnn_conv2d_blocks_s8_params conv; /* its steps are the pool's, its height and width those of the pooled output */
  int32_t taps;                         /* of the pool, a multiple of four: what lacks is one of them again */
  const EDGECNN_FLASH int32_t *windows; /* [taps]: codes of the copy from the first one's window to each one's */
} edgecnn_conv2d_max_pool2d_blocks_s8_params;

/* As edgecnn_conv2d_blocks_s8. */
void edgecnn_conv2d_max_pool2d_blocks_s8(const edgecnn_conv2d_max_pool2d_blocks_s8_params *params, const int8_t *input,
                                         int8_t *output, int8_t *scratch);

#endif

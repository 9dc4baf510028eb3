/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of int8 tensors, a block of channels of four pixels at once. */
#ifndef EDGECNN_CONV2D_BLOCKS_S8_H
#define EDGECNN_CONV2D_BLOCKS_S8_H

#include "blocks_s8.h"
#include "kernel.h"

/* The windows are in a copy of the input, over whose edge none reaches. */
typedef struct {
  edgecnn_blocks layer;
  const EDGECNN_FLASH int32_t *offsets; /* [groups]: codes from a window's top left corner */
  int32_t zero;                         /* the input's zero point */
  int32_t rows, row;                    /* of the input, as far as windows reach; codes of each */
  int32_t input_row;                    /* codes from one of them to the next */
  int32_t above, between;               /* zeros in the copy before the first row and after each but the last */
  int32_t below;                        /* and after that, with those that only a group reaches */
  int32_t row_step, step;               /* codes of the copy from a window to the one below, and beside it */
  int32_t height, width;                /* of the output */
} edgecnn_conv2d_blocks_s8_params;

/*
 * output[height][width][layer.channels] from the input; scratch holds two bytes for each code of the copy. The output
 * may be the input: it is written when the copy is complete.
 */
void edgecnn_conv2d_blocks_s8(const edgecnn_conv2d_blocks_s8_params *params, const int8_t *input, int8_t *output,
                              int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution, weights kept as int16, and max pooling at once: the fewest instructions. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_PAIRS_W16_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_PAIRS_W16_S8_H

#include "kernel.h"
#include "max_pool2d_pairs.h"

typedef edgecnn_max_pool2d_pairs_params edgecnn_conv2d_max_pool2d_pairs_w16_s8_params;

/*
 * output[pooled_height][pooled_width][conv.output_channels] from the input of the convolution; scratch, aligned to 4:
 * words_size bytes, and 4 for each output channel, of which an even number counts. The output may overwrite the
 * input behind it, which a pooled pixel needs no more. Nothing else may overlap.
 */
void edgecnn_conv2d_max_pool2d_pairs_w16_s8(const edgecnn_conv2d_max_pool2d_pairs_w16_s8_params *params,
                                            const int8_t *input, int8_t *output, int8_t *scratch);

#endif

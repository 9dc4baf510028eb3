/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once, 16 channels of four pixels of a pool at a time, for cores with NEON. */
#ifndef EDGECNN_CONV2D_MAX_POOL2D_NEON_S8_H
#define EDGECNN_CONV2D_MAX_POOL2D_NEON_S8_H

#include "kernel.h"
#include "neon_max_pool2d.h"

typedef edgecnn_neon_max_pool2d edgecnn_conv2d_max_pool2d_neon_s8_params;

/* As edgecnn_conv2d_neon_s8. */
void edgecnn_conv2d_max_pool2d_neon_s8(const edgecnn_conv2d_max_pool2d_neon_s8_params *params, const int8_t *input,
                                       int8_t *output, int8_t *scratch);

#endif

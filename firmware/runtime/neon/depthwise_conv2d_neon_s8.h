/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution of each channel on its own, eight channels of four pixels at once, for cores with NEON. */
#ifndef EDGECNN_DEPTHWISE_CONV2D_NEON_S8_H
#define EDGECNN_DEPTHWISE_CONV2D_NEON_S8_H

#include "kernel.h"
#include "neon_conv2d.h"

/* In place of quads there are taps, each at its offset; weights are int16 [blocks][taps][8]. */
typedef edgecnn_neon_conv2d edgecnn_depthwise_conv2d_neon_s8_params;

/* As edgecnn_conv2d_neon_s8, and 16 bytes more of scratch, which the last block may load; its weights are 0 there. */
void edgecnn_depthwise_conv2d_neon_s8(const edgecnn_depthwise_conv2d_neon_s8_params *params, const int8_t *input,
                                      int8_t *output, int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of int8 tensors, 16 channels of four pixels at once, for cores with NEON. */
#ifndef EDGECNN_CONV2D_NEON_S8_H
#define EDGECNN_CONV2D_NEON_S8_H

#include "kernel.h"
#include "neon_conv2d.h"

typedef edgecnn_neon_conv2d edgecnn_conv2d_neon_s8_params;

/*
 * output[height][width][layer.channels] from the input; scratch holds the copy: the codes of the input, those of the
 * zeros around it and four more, each int16 without SDOT, int8 and four bytes more with it. The output may be the
 * input: it is written when the copy is complete.
 */
void edgecnn_conv2d_neon_s8(const edgecnn_conv2d_neon_s8_params *params, const int8_t *input, int8_t *output,
                            int8_t *scratch);

#endif

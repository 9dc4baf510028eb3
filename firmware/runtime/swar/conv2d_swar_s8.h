/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of int8 tensors, two pixels in a word. */
#ifndef EDGECNN_CONV2D_SWAR_S8_H
#define EDGECNN_CONV2D_SWAR_S8_H

#include "conv2d_patch_s8.h"
#include "kernel.h"

/*
 * As the plain kernel, but scratch is [1 + 2 * taps + 1 + 4 * output channels] words, `taps` those of the filter,
 * rounded up to even, and the output may overwrite no input that the four pixels or later ones read.
 */
void edgecnn_conv2d_swar_s8(const edgecnn_conv2d_swar_s8_params *params, const int8_t *input, int8_t *output,
                            int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution with filters of up to 32 taps and max pooling at once, for cores with MVE. */
#ifndef EDGECNN_CONV2D_TAPS_S8_H
#define EDGECNN_CONV2D_TAPS_S8_H

#include "conv2d_max_pool2d_s8.h"
#include "kernel.h"

typedef struct {
  /* With zeros at the end: weights[output_channels rounded up to 2][32]; bias and multipliers of
   * output_channels rounded up to 4, shifts as in edgecnn_channels. */
  edgecnn_conv2d_max_pool2d_s8_params pooled;
  int32_t in_place;       /* whether all offsets fit in a byte */
  const uint8_t *offsets; /* [32] of the taps in the input, from a window's first */
} edgecnn_conv2d_taps_s8_params;

/*
 * As conv2d_max_pool2d_s8, but scratch[16 * (output_channels rounded up to 4) + 128], aligned to 4 bytes. The output
 * may overwrite what no window of its block or of a later one reads, and, if the pool has over four pixels, nothing.
 */
void edgecnn_conv2d_taps_s8(const edgecnn_conv2d_taps_s8_params *params, const int8_t *input, int8_t *output,
                            int8_t *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution, three pixels and two channels at a time, for cores with MVE. */
#ifndef EDGECNN_CONV2D_PIXELS_S8_H
#define EDGECNN_CONV2D_PIXELS_S8_H

#include "conv2d_window_s8.h"
#include "kernel.h"

typedef struct {
  /* With zeros at the end: weights[output_channels / 2][taps / 16][2][16], both rounded up, output_channels to a
   * multiple of 4 before; bias and multipliers of as many channels, shifts as in edgecnn_channels. */
  edgecnn_conv2d_s8_params conv;
  int32_t taps;     /* filter_height * filter_width * input_channels */
  int32_t in_place; /* whether the codes under each window lie side by side in the input */
  int32_t brief;    /* whether edgecnn_mbqm_brief serves */
} edgecnn_conv2d_pixels_s8_params;

/*
 * As conv2d_s8, but scratch[12 * (output_channels rounded up to 4) + (in_place ? 0 : 3 * taps)], aligned to 4 bytes.
 */
void edgecnn_conv2d_pixels_s8(const edgecnn_conv2d_pixels_s8_params *params, const int8_t *input, int8_t *output,
                              int8_t *scratch);

#endif

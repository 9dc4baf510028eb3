/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional convolution of each channel on its own, sixteen codes at a time, for cores with MVE. */
#ifndef EDGECNN_DEPTHWISE_CONV2D_MVE_S8_H
#define EDGECNN_DEPTHWISE_CONV2D_MVE_S8_H

#include "conv2d_window_s8.h"
#include "kernel.h"

/*
 * The codes of a row come in steps of one pixel, or of several side by side where these lie so in the input, too; a
 * step has blocks of sixteen lanes. What the kernel has for each lane is in the order of its sums: the lanes 0, 4, 8
 * and 12 of a block, then 2, 6, 10 and 14; 1, 5, 9 and 13; 3, 7, 11 and 15.
 */
typedef struct {
  edgecnn_conv2d_s8_params conv; /* weights[step / 16][pairs][2][16] >= -127, bias and multipliers [step / 16][16] */
  int32_t pairs;                 /* of taps: half of them, rounded up */
  const int32_t *offsets;        /* [pairs][2]: bytes from a pixel's first tap in the copied rows to each */
  int32_t lanes;                 /* of a step */
  int32_t advance;               /* bytes in the copied rows from a step to the next */
  int32_t columns;               /* copied of each row: output channels are those of the output */
  int32_t brief;                 /* whether edgecnn_mbqm_brief serves */
} edgecnn_depthwise_conv2d_mve_s8_params;

/*
 * As depthwise_conv2d_s8, but scratch[filter_height * columns * output_channels + 15].
 */
void edgecnn_depthwise_conv2d_mve_s8(const edgecnn_depthwise_conv2d_mve_s8_params *params, const int8_t *input,
                                     int8_t *output, int8_t *scratch);

#endif

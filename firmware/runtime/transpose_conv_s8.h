/* SPDX-License-Identifier: Apache-2.0 */
/* Transposed convolution of int8 tensors, one image, height x width x channels. */
#ifndef EDGECNN_TRANSPOSE_CONV_S8_H
#define EDGECNN_TRANSPOSE_CONV_S8_H

#include <stdint.h>

#include "flash.h"
#include "geometry.h"
#include "kernel.h"

typedef struct {
  edgecnn_geometry geometry;
  int32_t output_channels;
  int32_t input_zero_point, output_zero_point; /* -128 .. 127 */
  int32_t output_min, output_max;              /* of the activation, within -128 .. 127 */
  const EDGECNN_FLASH int8_t *weights;         /* [output_channels][filter_height][filter_width][input_channels] */
  const EDGECNN_FLASH int32_t *bias;           /* [output_channels]: bias - input_zero_point * sum of weights */
  const EDGECNN_FLASH int32_t *multipliers;    /* [output_channels], see edgecnn_mbqm */
  const EDGECNN_FLASH int8_t *shifts;          /* [output_channels] */
} edgecnn_transpose_conv_s8_params;

/*
 * output[output_height][output_width][output_channels] from input[input_height][input_width][input_channels];
 * scratch[filter_height * filter_width * input_channels] is for the kernel's own use. None may overlap another.
 * No accumulator leaves int32: proved from the weights when the code is generated.
 */
void edgecnn_transpose_conv_s8(const EDGECNN_FLASH edgecnn_transpose_conv_s8_params *params, const int8_t *input,
                               int8_t *output, int8_t *scratch);

#endif

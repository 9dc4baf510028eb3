/* SPDX-License-Identifier: Apache-2.0 */
/* Average pooling of an int8 tensor, one image, height x width x channels. */
#ifndef EDGECNN_AVERAGE_POOL2D_S8_H
#define EDGECNN_AVERAGE_POOL2D_S8_H

#include "kernel.h"
#include "pool2d_s8.h"

/*
 * output[output_height][output_width][input_channels] from input[input_height][input_width][input_channels].
 * Without padding the output may be the input: no pixel is written before its last use.
 */
void edgecnn_average_pool2d_s8(const EDGECNN_FLASH edgecnn_average_pool2d_s8_params *params, const int8_t *input,
                               int8_t *output);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* An int8 image made larger or smaller by repeating or leaving out pixels. */
#ifndef EDGECNN_RESIZE_NEAREST_S8_H
#define EDGECNN_RESIZE_NEAREST_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t input_width;
  int32_t output_height, output_width;
  int32_t channels;
  const EDGECNN_FLASH int32_t *rows;    /* [output_height]: which row of the input each is */
  const EDGECNN_FLASH int32_t *columns; /* [output_width] */
} edgecnn_resize_nearest_s8_params;

/* output[output_height][output_width][channels] from input[][input_width][channels]. The two must not overlap. */
void edgecnn_resize_nearest_s8(const EDGECNN_FLASH edgecnn_resize_nearest_s8_params *params, const int8_t *input,
                               int8_t *output);

#endif

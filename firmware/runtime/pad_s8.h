/* SPDX-License-Identifier: Apache-2.0 */
/* A border around an int8 tensor of four axes. */
#ifndef EDGECNN_PAD_S8_H
#define EDGECNN_PAD_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  const EDGECNN_FLASH int32_t *input_shape; /* [4] */
  const EDGECNN_FLASH int32_t *before;      /* [4]: positions to add at the beginning of each axis, >= 0 */
  const EDGECNN_FLASH int32_t *after;       /* [4]: and at the end */
  int32_t code;                             /* of the border, -128 .. 127 */
} edgecnn_pad_s8_params;

/* output, of the padded shape, from input. The two must not overlap. */
void edgecnn_pad_s8(const EDGECNN_FLASH edgecnn_pad_s8_params *params, const int8_t *input, int8_t *output);

#endif

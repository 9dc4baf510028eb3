/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax of int8 codes, in fixed point. */
#ifndef EDGECNN_SOFTMAX_S8_H
#define EDGECNN_SOFTMAX_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t rows, depth;       /* depth: classes, 1 .. 4095 */
  int32_t multiplier, shift; /* of a difference of codes: beta * input scale * 2^26; shift >= 1 */
  int32_t lowest_difference; /* codes further below the maximum have probability 0 */
} edgecnn_softmax_s8_params;

/* output[rows][depth]: probabilities in units of 1/256, minus 128. The input may be the output. */
void edgecnn_softmax_s8(const EDGECNN_FLASH edgecnn_softmax_s8_params *params, const int8_t *input, int8_t *output);

#endif

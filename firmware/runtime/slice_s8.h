/* SPDX-License-Identifier: Apache-2.0 */
/* A part of an int8 tensor. */
#ifndef EDGECNN_SLICE_S8_H
#define EDGECNN_SLICE_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t start;                      /* the first code that is taken */
  const EDGECNN_FLASH int32_t *shape; /* [4]: of the part */
  const EDGECNN_FLASH int32_t
      *steps; /* [4]: codes from one position of an axis to the next, negative when it runs backwards */
} edgecnn_slice_s8_params;

/*
 * output[shape] from input. With no negative step the output may overlap the input from its first taken code on:
 * output <= input + start. Otherwise the two must not overlap.
 */
void edgecnn_slice_s8(const EDGECNN_FLASH edgecnn_slice_s8_params *params, const int8_t *input, int8_t *output);

#endif

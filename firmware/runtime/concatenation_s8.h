/* SPDX-License-Identifier: Apache-2.0 */
/* Several int8 tensors side by side. */
#ifndef EDGECNN_CONCATENATION_S8_H
#define EDGECNN_CONCATENATION_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t inputs;                     /* how many */
  int32_t rows;                       /* runs of codes that each of them contributes */
  const EDGECNN_FLASH int32_t *sizes; /* [inputs]: codes of each run */
} edgecnn_concatenation_s8_params;

/*
 * output[rows][sum of sizes] from inputs[i][rows][sizes[i]]. With one row an input may be the slice of the output that
 * it would be copied to; nothing is done for it then. Otherwise none may overlap the output.
 */
void edgecnn_concatenation_s8(const EDGECNN_FLASH edgecnn_concatenation_s8_params *params, const int8_t *const *inputs,
                              int8_t *output);

#endif

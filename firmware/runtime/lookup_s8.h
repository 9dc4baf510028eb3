/* SPDX-License-Identifier: Apache-2.0 */
/* An elementwise op as a table: sigmoid, tanh, ReLU with rescaling, requantization. */
#ifndef EDGECNN_LOOKUP_S8_H
#define EDGECNN_LOOKUP_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t size;                      /* number of codes */
  const EDGECNN_FLASH int8_t *table; /* [256]: the output codes of the input codes -128 .. 127 */
} edgecnn_lookup_s8_params;

/* output[size] from input[size]; the two may be the same. */
void edgecnn_lookup_s8(const EDGECNN_FLASH edgecnn_lookup_s8_params *params, const int8_t *input, int8_t *output);

#endif

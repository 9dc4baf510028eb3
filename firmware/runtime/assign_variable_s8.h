/* SPDX-License-Identifier: Apache-2.0 */
/* What a network remembers: codes that are copied to where its next inference finds them. */
#ifndef EDGECNN_ASSIGN_VARIABLE_S8_H
#define EDGECNN_ASSIGN_VARIABLE_S8_H

#include <stdint.h>

#include "flash.h"
#include "kernel.h"

typedef struct {
  int32_t size; /* bytes */
} edgecnn_assign_variable_s8_params;

/* output[size] becomes input[size]; they must not overlap. */
void edgecnn_assign_variable_s8(const EDGECNN_FLASH edgecnn_assign_variable_s8_params *params, const int8_t *input,
                                int8_t *output);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Max pooling of an int8 tensor, sixteen channels at a time, for cores with MVE. */
#ifndef EDGECNN_MAX_POOL2D_MVE_S8_H
#define EDGECNN_MAX_POOL2D_MVE_S8_H

#include "kernel.h"
#include "pool2d_s8.h"

typedef edgecnn_pool2d_s8_params edgecnn_max_pool2d_mve_s8_params;

/* As max_pool2d_s8. */
void edgecnn_max_pool2d_mve_s8(const edgecnn_max_pool2d_mve_s8_params *params, const int8_t *input, int8_t *output);

#endif

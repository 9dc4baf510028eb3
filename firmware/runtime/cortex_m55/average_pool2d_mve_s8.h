/* SPDX-License-Identifier: Apache-2.0 */
/* Average pooling of an int8 tensor, four channels at a time, for cores with MVE. */
#ifndef EDGECNN_AVERAGE_POOL2D_MVE_S8_H
#define EDGECNN_AVERAGE_POOL2D_MVE_S8_H

#include "kernel.h"
#include "pool2d_s8.h"

typedef edgecnn_pool2d_s8_params edgecnn_average_pool2d_mve_s8_params;

/* As average_pool2d_s8. */
void edgecnn_average_pool2d_mve_s8(const edgecnn_average_pool2d_mve_s8_params *params, const int8_t *input,
                                   int8_t *output);

#endif

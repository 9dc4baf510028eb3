/* SPDX-License-Identifier: Apache-2.0 */
/* Mean of an int8 tensor over neighbouring axes, four of the codes beside each other at a time, for cores with MVE. */
#ifndef EDGECNN_MEAN_MVE_S8_H
#define EDGECNN_MEAN_MVE_S8_H

#include "kernel.h"
#include "mean_s8.h"

typedef edgecnn_mean_s8_params edgecnn_mean_mve_s8_params;

/* As mean_s8. */
void edgecnn_mean_mve_s8(const edgecnn_mean_mve_s8_params *params, const int8_t *input, int8_t *output);

#endif

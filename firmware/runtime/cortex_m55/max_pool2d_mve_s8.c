/* SPDX-License-Identifier: Apache-2.0 */
#include "max_pool2d_mve_s8.h"

#include "pool2d_mve_s8.h"

/* The largest codes of each sixteen channels. */
static void largest(const edgecnn_pool2d_s8_params *p, const edgecnn_under *under, int8_t *output) {
  const int8x16_t low = vdupq_n_s8((int8_t)p->output_min), high = vdupq_n_s8((int8_t)p->output_max);
  for (int32_t c = 0; c < p->geometry.input_channels; c += 16) {
    const mve_pred16_t there = vctp8q((uint32_t)(p->geometry.input_channels - c));
    int8x16_t codes = low; /* nothing below it would be written */
    for (int32_t y = 0; y < under->rows; y++) {
      const int8_t *tap = under->first + y * under->row_step + c;
      for (int32_t x = under->columns; x > 0; x--, tap += p->geometry.input_channels) {
        codes = vmaxq_s8(codes, vldrbq_z_s8(tap, there));
      }
    }
    vstrbq_p_s8(output + c, vminq_s8(codes, high), there);
  }
}

EDGECNN_KERNEL void edgecnn_max_pool2d_mve_s8(const edgecnn_max_pool2d_mve_s8_params *p, const int8_t *input,
                                              int8_t *output) {
  edgecnn_pool2d_mve(p, input, output, largest);
}

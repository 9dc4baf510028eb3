/* SPDX-License-Identifier: Apache-2.0 */
#include "resize_nearest_s8.h"

EDGECNN_KERNEL void edgecnn_resize_nearest_s8(const EDGECNN_FLASH edgecnn_resize_nearest_s8_params *p,
                                              const int8_t *input, int8_t *output) {
  for (int32_t y = 0; y < p->output_height; y++) {
    for (int32_t x = 0; x < p->output_width; x++) {
      const int8_t *pixel = input + (p->rows[y] * p->input_width + p->columns[x]) * p->channels;
      for (int32_t c = 0; c < p->channels; c++) *output++ = pixel[c];
    }
  }
}

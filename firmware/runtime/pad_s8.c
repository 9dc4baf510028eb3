/* SPDX-License-Identifier: Apache-2.0 */
#include "pad_s8.h"

static int inside(const EDGECNN_FLASH edgecnn_pad_s8_params *p, int axis, int32_t position) {
  return position >= p->before[axis] && position < p->before[axis] + p->input_shape[axis];
}

static int32_t padded(const EDGECNN_FLASH edgecnn_pad_s8_params *p, int axis) {
  return p->before[axis] + p->input_shape[axis] + p->after[axis];
}

EDGECNN_KERNEL void edgecnn_pad_s8(const EDGECNN_FLASH edgecnn_pad_s8_params *p, const int8_t *input, int8_t *output) {
  for (int32_t n = 0; n < padded(p, 0); n++) {
    for (int32_t y = 0; y < padded(p, 1); y++) {
      for (int32_t x = 0; x < padded(p, 2); x++) {
        const int pixel = inside(p, 0, n) && inside(p, 1, y) && inside(p, 2, x);
        for (int32_t c = 0; c < padded(p, 3); c++) {
          *output++ = pixel && inside(p, 3, c) ? *input++ : (int8_t)p->code;
        }
      }
    }
  }
}

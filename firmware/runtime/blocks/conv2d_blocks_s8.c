/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_blocks_s8.h"

#include "copy_blocks_s8.h"

EDGECNN_KERNEL void edgecnn_conv2d_blocks_s8(const edgecnn_conv2d_blocks_s8_params *p, const int8_t *input,
                                             int8_t *output, int8_t *scratch) {
  edgecnn_pixels *const pixels = edgecnn_blocks_pixels();
  const int32_t all = p->height * p->width;
  edgecnn_blocks_copy(p, edgecnn_blocks_widen(), input, scratch);
  int32_t y = 0, x = 0;
  for (int32_t pixel = 0; pixel < all; pixel += EDGECNN_WINDOWS) {
    const int32_t left = all - pixel, count = left < EDGECNN_WINDOWS ? left : EDGECNN_WINDOWS;
    int32_t at[EDGECNN_WINDOWS];
    for (int32_t i = 0; i < EDGECNN_WINDOWS; i++) { /* what lacks to four is the last pixel again */
      at[i] = y * p->row_step + x * p->step;
      if (i + 1 < left && ++x == p->width) x = 0, y++;
    }
    pixels(&p->layer, p->offsets, scratch, at, count, output);
    output += count * p->layer.channels;
  }
}

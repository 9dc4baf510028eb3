/* SPDX-License-Identifier: Apache-2.0 */
/* The NEON convolutions with max pooling behind them: the maximum of the sums, then one requantization. */
#ifndef EDGECNN_NEON_MAX_POOL2D_H
#define EDGECNN_NEON_MAX_POOL2D_H

#include "neon_conv2d.h"

typedef struct {
  edgecnn_neon_conv2d conv; /* its steps are the pool's, its height and width those of the pooled output */
  int32_t taps;             /* of the pool, a multiple of four: what lacks is one of them again */
  const int32_t *windows;   /* [taps]: bytes of the copy from the first one's window to each one's */
} edgecnn_neon_max_pool2d;

EDGECNN_NEON_INLINE int32x4_t edgecnn_neon_largest(const edgecnn_neon_sums *sums, int four) {
  return vmaxq_s32(vmaxq_s32(sums->of[0][four], sums->of[1][four]), vmaxq_s32(sums->of[2][four], sums->of[3][four]));
}

/* `blocks` blocks of the pixel whose first window is at x. */
EDGECNN_NEON_INLINE void edgecnn_neon_maximum(const edgecnn_neon_way *way, const edgecnn_neon_max_pool2d *p,
                                              const int8_t *x, int32_t block, int blocks, int8_t *output) {
  const edgecnn_neon_layer *l = &p->conv.layer;
  int32x4_t largest[EDGECNN_NEON_FOURS];
  EDGECNN_NEON_UNROLL
  for (int j = 0; j < 2 * blocks; j++) largest[j] = vdupq_n_s32(INT32_MIN);
  for (int32_t tap = 0; tap < p->taps; tap += EDGECNN_NEON_WINDOWS) {
    const int32_t *at = p->windows + tap;
    const int8_t *const windows[EDGECNN_NEON_WINDOWS] = {x + at[0], x + at[1], x + at[2], x + at[3]};
    const edgecnn_neon_sums sums =
        edgecnn_neon_add(way, l, p->conv.offsets, windows, EDGECNN_NEON_WINDOWS, block, blocks, 0);
    EDGECNN_NEON_UNROLL
    for (int j = 0; j < 2 * blocks; j++) largest[j] = vmaxq_s32(largest[j], edgecnn_neon_largest(&sums, j));
  }
  EDGECNN_NEON_UNROLL
  for (int j = 0; j < blocks; j++) {
    const int32_t at = (block + j) * EDGECNN_NEON_CHANNELS;
    edgecnn_neon_store(output + at, edgecnn_neon_requantize(l, at, largest[2 * j], largest[2 * j + 1]),
                       l->channels - at);
  }
}

EDGECNN_NEON_INLINE void edgecnn_neon_convolve_max(const edgecnn_neon_way *way, const edgecnn_neon_max_pool2d *p,
                                                   const int8_t *input, int8_t *output, int8_t *scratch) {
  const edgecnn_neon_conv2d *conv = &p->conv;
  const int32_t blocks = edgecnn_neon_blocks(&conv->layer);
  edgecnn_neon_copy(way, conv, input, scratch);
  for (int32_t y = 0; y < conv->height; y++) {
    const int8_t *window = scratch + y * conv->row_step;
    for (int32_t x = 0; x < conv->width; x++, window += conv->step, output += conv->layer.channels) {
      int32_t block = 0;
      for (; block + EDGECNN_NEON_WIDE <= blocks; block += EDGECNN_NEON_WIDE) {
        edgecnn_neon_maximum(way, p, window, block, EDGECNN_NEON_WIDE, output);
      }
      if (block < blocks) edgecnn_neon_maximum(way, p, window, block, 1, output);
    }
  }
}

#endif

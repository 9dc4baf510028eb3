/* SPDX-License-Identifier: Apache-2.0 */
/* The NEON convolutions, whatever multiplies: the input is copied with zeros around it, so that no window reaches over
 * its edge. */
#ifndef EDGECNN_NEON_CONV2D_H
#define EDGECNN_NEON_CONV2D_H

#include "neon_windows.h"

typedef struct {
  edgecnn_neon_layer layer;
  const int32_t *offsets; /* [quads]: bytes of the copy from a window's top left corner */
  int32_t zero;           /* the input's zero point */
  int32_t rows, row;      /* of the input, as far as windows reach; codes of each */
  int32_t input_row;      /* codes from one of them to the next */
  int32_t above, between; /* zeros in the copy before the first row and after each but the last */
  int32_t below;          /* and after that, with four that only a quad reaches */
  int32_t row_step, step; /* bytes of the copy from a window to the one below, and beside it */
  int32_t height, width;  /* of the output */
} edgecnn_neon_conv2d;

/* Extends the copy by zeros and returns its end. */
EDGECNN_NEON_INLINE int8_t *edgecnn_neon_zeros(const edgecnn_neon_way *way, int32_t zero, int32_t count, int8_t *copy) {
  int8_t zeros[64];
  memset(zeros, zero, sizeof zeros);
  for (; count > 64; count -= 64) copy = way->copy(zeros, 64, copy);
  return way->copy(zeros, count, copy);
}

EDGECNN_NEON_INLINE void edgecnn_neon_copy(const edgecnn_neon_way *way, const edgecnn_neon_conv2d *p,
                                           const int8_t *input, int8_t *copy) {
  int32_t gap = p->above;
  for (int32_t y = 0; y < p->rows; y++, input += p->input_row, gap = p->between) {
    copy = edgecnn_neon_zeros(way, p->zero, gap, copy);
    copy = way->copy(input, p->row, copy);
  }
  edgecnn_neon_zeros(way, p->zero, p->below, copy);
}

/* `count` pixels, but at most four, of four windows: `blocks` blocks of them from `block` on. */
typedef void edgecnn_neon_pixels(const edgecnn_neon_way *way, const edgecnn_neon_conv2d *p,
                                 const int8_t *const *windows, int32_t count, int32_t block, int blocks,
                                 int8_t *output);

EDGECNN_NEON_INLINE void edgecnn_neon_write(const edgecnn_neon_layer *l, const edgecnn_neon_sums *sums, int32_t count,
                                            int32_t block, int blocks, int8_t *output) {
  EDGECNN_NEON_UNROLL
  for (int j = 0; j < blocks; j++) {
    const int32_t at = (block + j) * EDGECNN_NEON_CHANNELS;
    int8x8_t codes[EDGECNN_NEON_WINDOWS];
    EDGECNN_NEON_UNROLL
    for (int i = 0; i < EDGECNN_NEON_WINDOWS; i++) {
      codes[i] = edgecnn_neon_requantize(l, at, sums->of[i][2 * j], sums->of[i][2 * j + 1]);
    }
    for (int i = 0; i < EDGECNN_NEON_WINDOWS && i < count; i++) {
      edgecnn_neon_store(output + i * l->channels + at, codes[i], l->channels - at);
    }
  }
}

EDGECNN_NEON_INLINE void edgecnn_neon_pixels_of_all(const edgecnn_neon_way *way, const edgecnn_neon_conv2d *p,
                                                    const int8_t *const *windows, int32_t count, int32_t block,
                                                    int blocks, int8_t *output) {
  const edgecnn_neon_layer *l = &p->layer;
  const edgecnn_neon_sums sums = edgecnn_neon_add(way, l, p->offsets, windows, EDGECNN_NEON_WINDOWS, block, blocks, 0);
  edgecnn_neon_write(l, &sums, count, block, blocks, output);
}

EDGECNN_NEON_INLINE void edgecnn_neon_convolve(const edgecnn_neon_way *way, edgecnn_neon_pixels *pixels,
                                               const edgecnn_neon_conv2d *p, const int8_t *input, int8_t *output,
                                               int8_t *scratch) {
  const int32_t all = p->height * p->width, blocks = edgecnn_neon_blocks(&p->layer);
  edgecnn_neon_copy(way, p, input, scratch);
  int32_t y = 0, x = 0;
  for (int32_t pixel = 0; pixel < all; pixel += EDGECNN_NEON_WINDOWS) {
    const int32_t left = all - pixel;
    const int8_t *windows[EDGECNN_NEON_WINDOWS];
    EDGECNN_NEON_UNROLL
    for (int i = 0; i < EDGECNN_NEON_WINDOWS; i++) { /* what lacks to four is the last pixel again */
      windows[i] = scratch + y * p->row_step + x * p->step;
      if (i + 1 < left && ++x == p->width) x = 0, y++;
    }
    int32_t block = 0;
    for (; block + EDGECNN_NEON_WIDE <= blocks; block += EDGECNN_NEON_WIDE) {
      pixels(way, p, windows, left, block, EDGECNN_NEON_WIDE, output);
    }
    if (block < blocks) pixels(way, p, windows, left, block, 1, output);
    output += EDGECNN_NEON_WINDOWS * p->layer.channels;
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The NEON convolutions and fully connected layers, whatever multiplies: sums of windows, block by block. */
#ifndef EDGECNN_NEON_WINDOWS_H
#define EDGECNN_NEON_WINDOWS_H

#include "neon_layer.h"

/* How to multiply: constants and functions that become part of the kernel. */
typedef struct {
  int32_t code;    /* bytes of a code in the copy of the input */
  int32_t weights; /* bytes of the weights of a quad and four channels */
  /* sums of four channels + those weights * the quad at x */
  int32x4_t (*add)(int32x4_t sums, const int8_t *weights, const int8_t *x);
  /* copy[0 .. count - 1] = codes; returns the copy's end */
  int8_t *(*copy)(const int8_t *codes, int32_t count, int8_t *copy);
} edgecnn_neon_way;

/* Blocks at once, and the registers of their sums: with 16 registers (32 bits) there is room for one block. */
enum { EDGECNN_NEON_WIDE = sizeof(void *) > 4 ? 2 : 1, EDGECNN_NEON_FOURS = 2 * EDGECNN_NEON_WIDE };

typedef struct {
  int32x4_t of[EDGECNN_NEON_WINDOWS][EDGECNN_NEON_FOURS]; /* [window][four channels] */
} edgecnn_neon_sums;

/*
 * The sums of `blocks` blocks from `block` on in `count` windows, each quad's codes at windows[i] + offsets[quad]
 * bytes; `dense`: one quad behind the other.
 */
EDGECNN_NEON_INLINE edgecnn_neon_sums edgecnn_neon_add(const edgecnn_neon_way *way, const edgecnn_neon_layer *l,
                                                       const int32_t *offsets, const int8_t *const *windows, int count,
                                                       int32_t block, int blocks, int dense) {
  const int32_t stride = l->groups * 2 * way->weights;
  const int8_t *weights = l->weights + block * stride;
  edgecnn_neon_sums sums;
  EDGECNN_NEON_UNROLL
  for (int i = 0; i < count; i++) {
    EDGECNN_NEON_UNROLL
    for (int j = 0; j < 2 * blocks; j++) {
      sums.of[i][j] = vld1q_s32(l->bias + block * EDGECNN_NEON_CHANNELS + 4 * j);
    }
  }
  for (int32_t quad = 0; quad < l->groups; quad++, weights += 2 * way->weights) {
    const int32_t at = dense ? quad * EDGECNN_NEON_TAPS * way->code : offsets[quad];
    EDGECNN_NEON_UNROLL
    for (int i = 0; i < count; i++) {
      EDGECNN_NEON_UNROLL
      for (int j = 0; j < 2 * blocks; j++) {
        const int8_t *four = weights + j / 2 * stride + j % 2 * way->weights;
        sums.of[i][j] = way->add(sums.of[i][j], four, windows[i] + at);
      }
    }
  }
  return sums;
}

#endif

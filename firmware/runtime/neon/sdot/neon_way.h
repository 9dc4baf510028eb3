/* SPDX-License-Identifier: Apache-2.0 */
/* SDOT: one instruction multiplies a quad with the weights of four channels. */
#ifndef EDGECNN_NEON_WAY_H
#define EDGECNN_NEON_WAY_H

#include "neon_windows.h"

/*
 * Weights of a quad: [4 channels][4 taps]. Four codes behind it are loaded, too, and not used; the empty statement
 * keeps the compiler from a load that repeats the quad, which would need its address in one register.
 */
EDGECNN_NEON_INLINE int32x4_t edgecnn_sdot_add(int32x4_t sums, const int8_t *weights, const int8_t *x) {
  int8x8_t quad = vld1_s8(x);
  __asm__("" : "+w"(quad));
  return vdotq_lane_s32(sums, vld1q_s8(weights), quad, 0);
}

EDGECNN_NEON_INLINE int8_t *edgecnn_sdot_copy(const int8_t *codes, int32_t count, int8_t *copy) {
  memcpy(copy, codes, (size_t)count);
  return copy + count;
}

static const edgecnn_neon_way edgecnn_neon_best = {1, 16, edgecnn_sdot_add, edgecnn_sdot_copy};

#endif

/* SDOT: one instruction multiplies a quad with the weights of four channels. */
#ifndef EDGECNN_NEON_SDOT_H
#define EDGECNN_NEON_SDOT_H

#include "neon_windows.h"

/* Weights of a quad: [4 channels][4 taps]. */
EDGECNN_NEON_INLINE int32x4_t edgecnn_sdot_add(int32x4_t sums, const int8_t *weights, const int8_t *x) {
  uint32_t quad;
  memcpy(&quad, x, sizeof quad);
  return vdotq_lane_s32(sums, vld1q_s8(weights), vcreate_s8(quad), 0);
}

EDGECNN_NEON_INLINE int8_t *edgecnn_sdot_copy(const int8_t *codes, int32_t count, int8_t *copy) {
  memcpy(copy, codes, (size_t)count);
  return copy + count;
}

static const edgecnn_neon_way edgecnn_sdot = {1, 16, edgecnn_sdot_add, edgecnn_sdot_copy};

#endif

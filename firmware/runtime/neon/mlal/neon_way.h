/* SPDX-License-Identifier: Apache-2.0 */
/* Every NEON: one instruction multiplies a tap, as int16, with the weights of four channels. */
#ifndef EDGECNN_NEON_WAY_H
#define EDGECNN_NEON_WAY_H

#include "neon_widen.h"
#include "neon_windows.h"

/* Weights of a quad: int16 [4 taps][4 channels]. */
EDGECNN_NEON_INLINE int32x4_t edgecnn_mlal_add(int32x4_t sums, const int8_t *weights, const int8_t *x) {
  const int16x4_t quad = vreinterpret_s16_s8(vld1_s8(x));
  const int16x8_t first = vreinterpretq_s16_s8(vld1q_s8(weights));
  const int16x8_t second = vreinterpretq_s16_s8(vld1q_s8(weights + 16));
  sums = vmlal_lane_s16(sums, vget_low_s16(first), quad, 0);
  sums = vmlal_lane_s16(sums, vget_high_s16(first), quad, 1);
  sums = vmlal_lane_s16(sums, vget_low_s16(second), quad, 2);
  return vmlal_lane_s16(sums, vget_high_s16(second), quad, 3);
}

static const edgecnn_neon_way edgecnn_neon_best = {2, 32, edgecnn_mlal_add, edgecnn_neon_widen};

#endif

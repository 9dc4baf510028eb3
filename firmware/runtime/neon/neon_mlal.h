/* Every NEON: one instruction multiplies a tap, as int16, with the weights of four channels. */
#ifndef EDGECNN_NEON_MLAL_H
#define EDGECNN_NEON_MLAL_H

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

static __attribute__((noinline)) int8_t *edgecnn_mlal_copy(const int8_t *codes, int32_t count, int8_t *copy) {
  for (; count >= 8; count -= 8, codes += 8, copy += 16) {
    vst1q_s8(copy, vreinterpretq_s8_s16(vmovl_s8(vld1_s8(codes))));
  }
  for (int32_t i = 0; i < count; i++, copy += 2) {
    const int16_t code = codes[i];
    memcpy(copy, &code, sizeof code);
  }
  return copy;
}

static const edgecnn_neon_way edgecnn_mlal = {2, 32, edgecnn_mlal_add, edgecnn_mlal_copy};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the NEON kernels share: a layer as they read it, and the requantization of eight channels at once. */
#ifndef EDGECNN_NEON_LAYER_H
#define EDGECNN_NEON_LAYER_H

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

enum { EDGECNN_NEON_CHANNELS = 8, EDGECNN_NEON_TAPS = 4, EDGECNN_NEON_WINDOWS = 4 };

/* Whose functions must become part of their caller: their arguments are constants and vectors. */
#define EDGECNN_NEON_INLINE static inline __attribute__((always_inline))

/* Before a loop over registers, which are no array: it must become straight code before they are given out. */
#define EDGECNN_NEON_UNROLL _Pragma("GCC unroll 8")

/*
 * Four taps of a window that lie side by side in the input are a quad; 8 channels are a block. Sums begin with the
 * bias, from which input zero point * sum of weights is taken off: none leaves int32, proved when the code is
 * generated.
 */
typedef struct {
  int32_t channels, groups;
  int32_t output_zero_point;      /* -128 .. 127 */
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
  const int8_t *weights;          /* [blocks][quads][2] quads of four channels, 0 where there is none */
  const int32_t *bias;            /* [blocks * 8] */
  const int32_t *multipliers;     /* [blocks * 8], see edgecnn_mbqm */
  const int32_t *lefts, *rights;  /* [blocks * 8]: the shift, if positive, and if negative */
} edgecnn_neon_layer;

EDGECNN_NEON_INLINE int32_t edgecnn_neon_blocks(const edgecnn_neon_layer *l) {
  return (l->channels + EDGECNN_NEON_CHANNELS - 1) / EDGECNN_NEON_CHANNELS;
}

/*
 * edgecnn_mbqm of four numbers, shifted by left >= 0 or right <= 0. VQRDMULH is edgecnn_srdhm; VRSHL rounds ties
 * upward, so that one less of what is negative and will be shifted rounds them away from zero: |x| < 2^31 leaves room
 * for that.
 */
EDGECNN_NEON_INLINE int32x4_t edgecnn_neon_mbqm(int32x4_t x, int32x4_t left, int32x4_t multipliers, int32x4_t right) {
  x = vqrdmulhq_s32(vshlq_s32(x, left), multipliers);
  return vrshlq_s32(vsraq_n_s32(x, vandq_s32(x, right), 31), right);
}

EDGECNN_NEON_INLINE int32x4_t edgecnn_neon_scale(const edgecnn_neon_layer *l, int32_t at, int32x4_t sums) {
  return edgecnn_neon_mbqm(sums, vld1q_s32(l->lefts + at), vld1q_s32(l->multipliers + at), vld1q_s32(l->rights + at));
}

/* Scaled numbers, the zero point added, within the clamp; where an intermediate saturates, the code is beyond that. */
EDGECNN_NEON_INLINE int8x8_t edgecnn_neon_codes(int32x4_t first, int32x4_t second, int32_t zero_point, int32_t low,
                                                int32_t high) {
  const int16x8_t scaled = vcombine_s16(vqmovn_s32(first), vqmovn_s32(second));
  const int8x8_t codes = vqmovn_s16(vqaddq_s16(scaled, vdupq_n_s16((int16_t)zero_point)));
  return vmax_s8(vmin_s8(codes, vdup_n_s8((int8_t)high)), vdup_n_s8((int8_t)low));
}

/* The output codes of eight sums. */
EDGECNN_NEON_INLINE int8x8_t edgecnn_neon_requantize(const edgecnn_neon_layer *l, int32_t at, int32x4_t first,
                                                     int32x4_t second) {
  return edgecnn_neon_codes(edgecnn_neon_scale(l, at, first), edgecnn_neon_scale(l, at + 4, second),
                            l->output_zero_point, l->output_min, l->output_max);
}

/* output[0 .. 7], or as many as are left of the channels. */
EDGECNN_NEON_INLINE void edgecnn_neon_store(int8_t *output, int8x8_t codes, int32_t left) {
  if (left >= EDGECNN_NEON_CHANNELS) {
    vst1_s8(output, codes);
    return;
  }
  if (left & 4) {
    memcpy(output, &codes, 4);
    codes = vext_s8(codes, codes, 4);
    output += 4;
  }
  if (left & 2) {
    memcpy(output, &codes, 2);
    codes = vext_s8(codes, codes, 2);
    output += 2;
  }
  if (left & 1) vst1_lane_s8(output, codes, 0);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* WebAssembly: one i32x4.dot_i16x8_s multiplies a pair of taps, as int16, with the weights of four channels. */
#ifndef EDGECNN_VECTORS_S8_H
#define EDGECNN_VECTORS_S8_H

#include <wasm_simd128.h>

#include "blocks_s8.h"

enum { EDGECNN_CHANNELS = 8, EDGECNN_TAPS = 2, EDGECNN_GROUP = 16 }; /* of a block; bytes of a group */

/* copy[0 .. count - 1] = codes + 128 as int16 */
static inline void edgecnn_wasm_widen(const int8_t *codes, int32_t count, void *copy) {
  int16_t *to = copy;
  int32_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const v128_t part = wasm_v128_xor(wasm_v128_load(codes + i), wasm_i8x16_const_splat(-128));
    wasm_v128_store(to + i, wasm_u16x8_extend_low_u8x16(part));
    wasm_v128_store(to + i + 8, wasm_u16x8_extend_high_u8x16(part));
  }
  for (; i < count; i++) to[i] = (int16_t)(codes[i] + 128);
}

/* Bits 32 .. 63 of four numbers. */
static inline v128_t edgecnn_wasm_high(v128_t first, v128_t second) {
  return wasm_i32x4_shuffle(first, second, 1, 3, 5, 7);
}

/*
 * edgecnn_mbqm of four channels' sums of taps and biases, from channel `at` on. Lanes cannot be shifted each by its own
 * number, but multiplied: `lefts` and `rights` are 2^left and 2^(30 - right).
 */
static inline v128_t edgecnn_wasm_scale(const edgecnn_blocks *l, int32_t at, v128_t sums) {
  const v128_t multipliers = wasm_v128_load(l->multipliers + at), nudge = wasm_i64x2_const_splat((int64_t)1 << 30);
  const v128_t x = wasm_i32x4_mul(wasm_i32x4_add(sums, wasm_v128_load(l->bias + at)), wasm_v128_load(l->lefts + at));
  /* edgecnn_srdhm: bits 31 .. 62 */
  const v128_t low = wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(x, multipliers), nudge);
  const v128_t high = wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(x, multipliers), nudge);
  const v128_t product = edgecnn_wasm_high(wasm_i64x2_shl(low, 1), wasm_i64x2_shl(high, 1));
  /*
   * edgecnn_rdbp: then all are to be shifted by 30, and a half is 2^29. Ties round away from zero because negative
   * numbers are less by one, which is too little to move any other.
   */
  const v128_t rights = wasm_v128_load(l->rights + at), half = wasm_i64x2_const_splat((int64_t)1 << 29);
  const v128_t less = wasm_i32x4_shr(product, 31);
  const v128_t first = wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(product, rights),
                                      wasm_i64x2_add(half, wasm_i64x2_extend_low_i32x4(less)));
  const v128_t second = wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(product, rights),
                                       wasm_i64x2_add(half, wasm_i64x2_extend_high_i32x4(less)));
  return edgecnn_wasm_high(wasm_i64x2_shl(first, 2), wasm_i64x2_shl(second, 2));
}

/* The sums of taps of a block's channels. */
typedef struct {
  v128_t low, high;
} edgecnn_wasm_sums;

/* output[0 .. 7], or as many as there are channels from `at` on, from their sums of taps. */
static inline void edgecnn_wasm_requantize(const edgecnn_blocks *l, int32_t at, edgecnn_wasm_sums sums,
                                           int8_t *output) {
  const v128_t low = edgecnn_wasm_scale(l, at, sums.low), high = edgecnn_wasm_scale(l, at + 4, sums.high);
  const v128_t words =
      wasm_i16x8_add_sat(wasm_i16x8_narrow_i32x4(low, high), wasm_i16x8_splat((int16_t)l->output_zero_point));
  v128_t bytes = wasm_i8x16_narrow_i16x8(words, words);
  bytes = wasm_i8x16_min(bytes, wasm_i8x16_splat((int8_t)l->output_max));
  bytes = wasm_i8x16_max(bytes, wasm_i8x16_splat((int8_t)l->output_min));
  const int32_t left = l->channels - at;
  if (left >= EDGECNN_CHANNELS) {
    wasm_v128_store64_lane(output, bytes, 0);
  } else {
    uint64_t rest = (uint64_t)wasm_i64x2_extract_lane(bytes, 0);
    for (int32_t i = 0; i < left; i++, rest >>= 8) output[i] = (int8_t)(rest & 255);
  }
}

static inline const int8_t *edgecnn_wasm_weights(const edgecnn_blocks *l, int32_t channel) {
  return l->weights + channel / EDGECNN_CHANNELS * l->groups * EDGECNN_GROUP;
}

/* sums + the products of a pair of taps at x with the weights of four channels */
static inline v128_t edgecnn_wasm_add(v128_t sums, v128_t x, v128_t weights) {
  return wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(x, weights));
}

/* sums[0 .. 3]: of four windows, which begin at copy + at[0 .. 3]. */
static inline void edgecnn_wasm_windows(const edgecnn_blocks *l, int32_t channel, const int32_t *offsets,
                                        const int16_t *copy, const int32_t *at, edgecnn_wasm_sums *sums) {
  const int8_t *weights = edgecnn_wasm_weights(l, channel);
  const int16_t *xa = copy + at[0], *xb = copy + at[1], *xc = copy + at[2], *xd = copy + at[3];
  v128_t a = wasm_i32x4_const_splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (const int32_t *end = offsets + l->groups; offsets < end; offsets++, weights += EDGECNN_GROUP) {
    const v128_t w = wasm_i16x8_load8x8(weights), v = wasm_i16x8_load8x8(weights + 8);
    const v128_t pa = wasm_v128_load32_splat(xa + *offsets), pb = wasm_v128_load32_splat(xb + *offsets);
    const v128_t pc = wasm_v128_load32_splat(xc + *offsets), pd = wasm_v128_load32_splat(xd + *offsets);
    a = edgecnn_wasm_add(a, pa, w);
    b = edgecnn_wasm_add(b, pb, w);
    c = edgecnn_wasm_add(c, pc, w);
    d = edgecnn_wasm_add(d, pd, w);
    e = edgecnn_wasm_add(e, pa, v);
    f = edgecnn_wasm_add(f, pb, v);
    g = edgecnn_wasm_add(g, pc, v);
    h = edgecnn_wasm_add(h, pd, v);
  }
  sums[0] = (edgecnn_wasm_sums){a, e}, sums[1] = (edgecnn_wasm_sums){b, f};
  sums[2] = (edgecnn_wasm_sums){c, g}, sums[3] = (edgecnn_wasm_sums){d, h};
}

static inline edgecnn_wasm_sums edgecnn_wasm_largest(edgecnn_wasm_sums a, edgecnn_wasm_sums b) {
  return (edgecnn_wasm_sums){wasm_i32x4_max(a.low, b.low), wasm_i32x4_max(a.high, b.high)};
}

/* `count` pixels, 1 .. 4, of the windows at copy + at[0 .. 3]. */
static inline void edgecnn_wasm_pixels(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                       const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t channel = 0; channel < l->channels; channel += EDGECNN_CHANNELS) {
    edgecnn_wasm_sums sums[EDGECNN_WINDOWS];
    edgecnn_wasm_windows(l, channel, offsets, copy, at, sums);
    for (int32_t i = 0; i < count; i++) {
      edgecnn_wasm_requantize(l, channel, sums[i], output + i * l->channels + channel);
    }
  }
}

/* One pixel: the maximum over `count` windows, a multiple of four. */
static inline void edgecnn_wasm_maximum(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                        const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t channel = 0; channel < l->channels; channel += EDGECNN_CHANNELS, output += EDGECNN_CHANNELS) {
    const v128_t least = wasm_i32x4_const_splat(INT32_MIN);
    edgecnn_wasm_sums largest = {least, least};
    for (int32_t i = 0; i < count; i += EDGECNN_WINDOWS) {
      edgecnn_wasm_sums sums[EDGECNN_WINDOWS];
      edgecnn_wasm_windows(l, channel, offsets, copy, at + i, sums);
      for (int k = 0; k < EDGECNN_WINDOWS; k++) largest = edgecnn_wasm_largest(largest, sums[k]);
    }
    edgecnn_wasm_requantize(l, channel, largest, output);
  }
}

/* All channels of one window without gaps: two pairs at once, which are an even number. */
static inline void edgecnn_wasm_vector(const edgecnn_blocks *l, const void *copy, int8_t *output) {
  for (int32_t channel = 0; channel < l->channels; channel += EDGECNN_CHANNELS, output += EDGECNN_CHANNELS) {
    const int8_t *w = edgecnn_wasm_weights(l, channel);
    const int16_t *x = copy;
    v128_t a = wasm_i32x4_const_splat(0), b = a, c = a, d = a;
    for (const int8_t *end = w + l->groups * EDGECNN_GROUP; w < end; w += 2 * EDGECNN_GROUP, x += 4) {
      const v128_t first = wasm_v128_load32_splat(x), second = wasm_v128_load32_splat(x + 2);
      a = edgecnn_wasm_add(a, first, wasm_i16x8_load8x8(w));
      b = edgecnn_wasm_add(b, first, wasm_i16x8_load8x8(w + 8));
      c = edgecnn_wasm_add(c, second, wasm_i16x8_load8x8(w + 16));
      d = edgecnn_wasm_add(d, second, wasm_i16x8_load8x8(w + 24));
    }
    const edgecnn_wasm_sums sums = {wasm_i32x4_add(a, c), wasm_i32x4_add(b, d)};
    edgecnn_wasm_requantize(l, channel, sums, output);
  }
}

static inline const edgecnn_widen *edgecnn_blocks_widen(void) {
  static const edgecnn_widen widen = {sizeof(int16_t), edgecnn_wasm_widen};
  return &widen;
}

static inline edgecnn_pixels *edgecnn_blocks_pixels(void) {
  return edgecnn_wasm_pixels;
}

static inline edgecnn_pixels *edgecnn_blocks_maximum(void) {
  return edgecnn_wasm_maximum;
}

static inline edgecnn_vector *edgecnn_blocks_vector(void) {
  return edgecnn_wasm_vector;
}

#endif

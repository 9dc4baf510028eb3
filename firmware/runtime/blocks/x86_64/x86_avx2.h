/* SPDX-License-Identifier: Apache-2.0 */
/* AVX2: one VPMADDWD multiplies a quad of the input, as int16, with the weights of four channels. */
#ifndef EDGECNN_X86_AVX2_H
#define EDGECNN_X86_AVX2_H

#include <immintrin.h>

#include "x86_layer.h"

#define EDGECNN_AVX2       static inline __attribute__((target("avx2"), always_inline))
#define EDGECNN_AVX2_ENTRY static inline __attribute__((target("avx2")))

/* copy[0 .. count - 1] = codes + 128 as int16 */
EDGECNN_AVX2_ENTRY void edgecnn_avx2_widen(const int8_t *codes, int32_t count, void *copy) {
  int16_t *to = copy;
  int32_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i part = _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)(codes + i)));
    _mm256_storeu_si256((void *)(to + i), _mm256_add_epi16(part, _mm256_set1_epi16(128)));
  }
  for (; i < count; i++) to[i] = (int16_t)(codes[i] + 128);
}

/* The same quad four times. */
EDGECNN_AVX2 __m256i edgecnn_avx2_quad(const int16_t *x) {
  int64_t quad;
  memcpy(&quad, x, sizeof quad);
  return _mm256_set1_epi64x(quad);
}

/* sums + the products of a quad with the weights of four channels, each in two halves */
EDGECNN_AVX2 __m256i edgecnn_avx2_add(__m256i sums, __m256i quad, __m256i weights) {
  return _mm256_add_epi32(sums, _mm256_madd_epi16(quad, weights));
}

EDGECNN_AVX2 __m256i edgecnn_avx2_weights(const int8_t *weights) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)weights));
}

/* Eight channels' sums from their halves. */
EDGECNN_AVX2 __m256i edgecnn_avx2_join(__m256i first, __m256i second) {
  return _mm256_permute4x64_epi64(_mm256_hadd_epi32(first, second), 0xD8);
}

EDGECNN_AVX2 __m256i edgecnn_avx2_load(const int32_t *numbers) {
  return _mm256_loadu_si256((const void *)numbers);
}

/* output[0 .. 7], or as many as there are channels from `at` on, from their sums of taps. */
EDGECNN_AVX2 void edgecnn_avx2_requantize(const edgecnn_blocks *l, int32_t at, __m256i sums, int8_t *output) {
  const __m256i multipliers = edgecnn_avx2_load(l->multipliers + at), nudge = _mm256_set1_epi64x((int64_t)1 << 30);
  const __m256i shifts = edgecnn_avx2_load(l->rights + at), one = _mm256_set1_epi32(1);
  const __m256i biased = _mm256_add_epi32(sums, edgecnn_avx2_load(l->bias + at));
  const __m256i x = _mm256_sllv_epi32(biased, edgecnn_avx2_load(l->lefts + at));
  /* edgecnn_srdhm: bits 31 .. 62 of the even lanes' products, then of the odd ones' */
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, multipliers), nudge);
  const __m256i odd =
      _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(multipliers, 32)), nudge);
  const __m256i product = _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xAA);
  /* edgecnn_rdbp: half of what is shifted out, less one for negative numbers, if anything is */
  const __m256i half = _mm256_sllv_epi32(one, _mm256_sub_epi32(shifts, one));
  const __m256i tie = _mm256_min_epi32(_mm256_srli_epi32(product, 31), half);
  __m256i code = _mm256_srav_epi32(_mm256_add_epi32(product, _mm256_sub_epi32(half, tie)), shifts);
  code = _mm256_add_epi32(code, _mm256_set1_epi32(l->output_zero_point));
  code = _mm256_min_epi32(code, _mm256_set1_epi32(l->output_max));
  code = _mm256_max_epi32(code, _mm256_set1_epi32(l->output_min));
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(code), _mm256_extracti128_si256(code, 1));
  const int64_t bytes = _mm_cvtsi128_si64(_mm_packs_epi16(words, words));
  const int32_t left = l->channels - at;
  if (left >= 8) {
    memcpy(output, &bytes, 8);
  } else {
    for (int32_t i = 0; i < left; i++) output[i] = (int8_t)(bytes >> 8 * i);
  }
}

typedef struct {
  __m256i a, b, c, d;
} edgecnn_avx2_sums;

/* The sums of taps of eight channels in four windows, which begin at copy + at[0 .. 3]. */
EDGECNN_AVX2 edgecnn_avx2_sums edgecnn_avx2_windows(const edgecnn_blocks *l, int32_t channel, const int32_t *offsets,
                                                    const int16_t *copy, const int32_t *at) {
  const int8_t *weights = edgecnn_x86_weights(l, channel / 16) + channel % 16 * EDGECNN_X86_TAPS;
  const int16_t *xa = copy + at[0], *xb = copy + at[1], *xc = copy + at[2], *xd = copy + at[3];
  __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (const int32_t *end = offsets + l->groups; offsets < end; offsets++, weights += 64) {
    const __m256i w = edgecnn_avx2_weights(weights), v = edgecnn_avx2_weights(weights + 16);
    const __m256i qa = edgecnn_avx2_quad(xa + *offsets), qb = edgecnn_avx2_quad(xb + *offsets);
    const __m256i qc = edgecnn_avx2_quad(xc + *offsets), qd = edgecnn_avx2_quad(xd + *offsets);
    a = edgecnn_avx2_add(a, qa, w);
    b = edgecnn_avx2_add(b, qb, w);
    c = edgecnn_avx2_add(c, qc, w);
    d = edgecnn_avx2_add(d, qd, w);
    e = edgecnn_avx2_add(e, qa, v);
    f = edgecnn_avx2_add(f, qb, v);
    g = edgecnn_avx2_add(g, qc, v);
    h = edgecnn_avx2_add(h, qd, v);
  }
  return (edgecnn_avx2_sums){edgecnn_avx2_join(a, e), edgecnn_avx2_join(b, f), edgecnn_avx2_join(c, g),
                             edgecnn_avx2_join(d, h)};
}

/* `count` pixels, 1 .. 4, of the windows at copy + at[0 .. 3]. */
EDGECNN_AVX2_ENTRY void edgecnn_avx2_pixels(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                            const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t channel = 0; channel < l->channels; channel += 8, output += 8) {
    const edgecnn_avx2_sums sums = edgecnn_avx2_windows(l, channel, offsets, copy, at);
    edgecnn_avx2_requantize(l, channel, sums.a, output);
    if (count > 1) edgecnn_avx2_requantize(l, channel, sums.b, output + l->channels);
    if (count > 2) edgecnn_avx2_requantize(l, channel, sums.c, output + 2 * l->channels);
    if (count > 3) edgecnn_avx2_requantize(l, channel, sums.d, output + 3 * l->channels);
  }
}

/* One pixel: the maximum over `count` windows, a multiple of four. */
EDGECNN_AVX2_ENTRY void edgecnn_avx2_maximum(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                             const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t channel = 0; channel < l->channels; channel += 8, output += 8) {
    __m256i largest = _mm256_set1_epi32(INT32_MIN);
    for (int32_t i = 0; i < count; i += EDGECNN_WINDOWS) {
      const edgecnn_avx2_sums sums = edgecnn_avx2_windows(l, channel, offsets, copy, at + i);
      const __m256i first = _mm256_max_epi32(sums.a, sums.b), second = _mm256_max_epi32(sums.c, sums.d);
      largest = _mm256_max_epi32(largest, _mm256_max_epi32(first, second));
    }
    edgecnn_avx2_requantize(l, channel, largest, output);
  }
}

/* All channels of one window without gaps: a block at once, and two quads of each, which are an even number. */
EDGECNN_AVX2_ENTRY void edgecnn_avx2_vector(const edgecnn_blocks *l, const void *copy, int8_t *output) {
  for (int32_t block = 0; block < edgecnn_x86_blocks(l); block++, output += EDGECNN_X86_CHANNELS) {
    const int8_t *w = edgecnn_x86_weights(l, block);
    const int16_t *x = copy;
    __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (const int8_t *end = w + l->groups * 64; w < end; w += 128, x += 8) {
      const __m256i first = edgecnn_avx2_quad(x), second = edgecnn_avx2_quad(x + 4);
      a = edgecnn_avx2_add(a, first, edgecnn_avx2_weights(w));
      b = edgecnn_avx2_add(b, first, edgecnn_avx2_weights(w + 16));
      c = edgecnn_avx2_add(c, first, edgecnn_avx2_weights(w + 32));
      d = edgecnn_avx2_add(d, first, edgecnn_avx2_weights(w + 48));
      e = edgecnn_avx2_add(e, second, edgecnn_avx2_weights(w + 64));
      f = edgecnn_avx2_add(f, second, edgecnn_avx2_weights(w + 80));
      g = edgecnn_avx2_add(g, second, edgecnn_avx2_weights(w + 96));
      h = edgecnn_avx2_add(h, second, edgecnn_avx2_weights(w + 112));
    }
    const int32_t channel = block * EDGECNN_X86_CHANNELS;
    a = _mm256_add_epi32(a, e), b = _mm256_add_epi32(b, f), c = _mm256_add_epi32(c, g), d = _mm256_add_epi32(d, h);
    edgecnn_avx2_requantize(l, channel, edgecnn_avx2_join(a, b), output);
    if (channel + 8 < l->channels) edgecnn_avx2_requantize(l, channel + 8, edgecnn_avx2_join(c, d), output + 8);
  }
}

#endif

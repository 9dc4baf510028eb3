/* SPDX-License-Identifier: Apache-2.0 */
/* AVX-512 VNNI: one VPDPBUSD multiplies a quad of the input with the weights of 16 channels. */
#ifndef EDGECNN_X86_VNNI_H
#define EDGECNN_X86_VNNI_H

#include <immintrin.h>

#include "x86_layer.h"

#define EDGECNN_VNNI       static inline __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"), always_inline))
#define EDGECNN_VNNI_ENTRY static inline __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

/* copy[0 .. count - 1] = codes + 128 */
EDGECNN_VNNI_ENTRY void edgecnn_vnni_widen(const int8_t *codes, int32_t count, void *copy) {
  uint8_t *to = copy;
  for (int32_t i = 0; i < count; i += 64) {
    const __mmask64 there = count - i < 64 ? ((__mmask64)1 << (count - i)) - 1 : ~(__mmask64)0;
    const __m512i part = _mm512_maskz_loadu_epi8(there, codes + i);
    _mm512_mask_storeu_epi8(to + i, there, _mm512_xor_si512(part, _mm512_set1_epi8(-128)));
  }
}

/* The same quad 16 times. */
EDGECNN_VNNI __m512i edgecnn_vnni_quad(const uint8_t *x) {
  int32_t quad;
  memcpy(&quad, x, sizeof quad);
  return _mm512_set1_epi32(quad);
}

/* output[0 .. 15], or as many as there are channels, from the block's sums of taps. */
EDGECNN_VNNI void edgecnn_vnni_requantize(const edgecnn_blocks *l, int32_t block, __m512i sums, int8_t *output) {
  const int32_t at = block * EDGECNN_X86_CHANNELS, left = l->channels - at;
  const __mmask16 there = (__mmask16)(left < 16 ? (1 << left) - 1 : 0xFFFF);
  const __m512i multipliers = _mm512_loadu_si512(l->multipliers + at), nudge = _mm512_set1_epi64((int64_t)1 << 30);
  const __m512i shifts = _mm512_loadu_si512(l->rights + at), one = _mm512_set1_epi32(1);
  const __m512i biased = _mm512_add_epi32(sums, _mm512_loadu_si512(l->bias + at));
  const __m512i x = _mm512_sllv_epi32(biased, _mm512_loadu_si512(l->lefts + at));
  /* edgecnn_srdhm: bits 31 .. 62 of the even lanes' products, then of the odd ones' */
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, multipliers), nudge);
  const __m512i odd =
      _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(multipliers, 32)), nudge);
  const __m512i product = _mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 31), _mm512_slli_epi64(odd, 1));
  /* edgecnn_rdbp: half of what is shifted out, less one for negative numbers, if anything is */
  const __m512i half = _mm512_sllv_epi32(one, _mm512_sub_epi32(shifts, one));
  const __m512i tie = _mm512_min_epi32(_mm512_srli_epi32(product, 31), half);
  __m512i code = _mm512_srav_epi32(_mm512_add_epi32(product, _mm512_sub_epi32(half, tie)), shifts);
  code = _mm512_add_epi32(code, _mm512_set1_epi32(l->output_zero_point));
  code = _mm512_min_epi32(code, _mm512_set1_epi32(l->output_max));
  code = _mm512_max_epi32(code, _mm512_set1_epi32(l->output_min));
  _mm512_mask_cvtepi32_storeu_epi8(output, there, code);
}

typedef struct {
  __m512i a, b, c, d;
} edgecnn_vnni_sums;

/* The sums of a block's taps in four windows, which begin at copy + at[0 .. 3]. */
EDGECNN_VNNI edgecnn_vnni_sums edgecnn_vnni_windows(const edgecnn_blocks *l, int32_t block, const int32_t *offsets,
                                                    const uint8_t *copy, const int32_t *at) {
  const int8_t *weights = edgecnn_x86_weights(l, block);
  const uint8_t *xa = copy + at[0], *xb = copy + at[1], *xc = copy + at[2], *xd = copy + at[3];
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (const int32_t *end = offsets + l->groups; offsets < end; offsets++, weights += 64) {
    const __m512i w = _mm512_loadu_si512(weights);
    a = _mm512_dpbusd_epi32(a, edgecnn_vnni_quad(xa + *offsets), w);
    b = _mm512_dpbusd_epi32(b, edgecnn_vnni_quad(xb + *offsets), w);
    c = _mm512_dpbusd_epi32(c, edgecnn_vnni_quad(xc + *offsets), w);
    d = _mm512_dpbusd_epi32(d, edgecnn_vnni_quad(xd + *offsets), w);
  }
  return (edgecnn_vnni_sums){a, b, c, d};
}

/* `count` pixels, 1 .. 4, of the windows at copy + at[0 .. 3]. */
EDGECNN_VNNI_ENTRY void edgecnn_vnni_pixels(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                            const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t block = 0; block < edgecnn_x86_blocks(l); block++, output += EDGECNN_X86_CHANNELS) {
    const edgecnn_vnni_sums sums = edgecnn_vnni_windows(l, block, offsets, copy, at);
    edgecnn_vnni_requantize(l, block, sums.a, output);
    if (count > 1) edgecnn_vnni_requantize(l, block, sums.b, output + l->channels);
    if (count > 2) edgecnn_vnni_requantize(l, block, sums.c, output + 2 * l->channels);
    if (count > 3) edgecnn_vnni_requantize(l, block, sums.d, output + 3 * l->channels);
  }
}

/* One pixel: the maximum over `count` windows, a multiple of four. */
EDGECNN_VNNI_ENTRY void edgecnn_vnni_maximum(const edgecnn_blocks *l, const int32_t *offsets, const void *copy,
                                             const int32_t *at, int32_t count, int8_t *output) {
  for (int32_t block = 0; block < edgecnn_x86_blocks(l); block++, output += EDGECNN_X86_CHANNELS) {
    __m512i largest = _mm512_set1_epi32(INT32_MIN);
    for (int32_t i = 0; i < count; i += EDGECNN_WINDOWS) {
      const edgecnn_vnni_sums sums = edgecnn_vnni_windows(l, block, offsets, copy, at + i);
      const __m512i first = _mm512_max_epi32(sums.a, sums.b), second = _mm512_max_epi32(sums.c, sums.d);
      largest = _mm512_max_epi32(largest, _mm512_max_epi32(first, second));
    }
    edgecnn_vnni_requantize(l, block, largest, output);
  }
}

/* All channels of one window without gaps, whose quads are an even number: four blocks at once, two quads of each. */
EDGECNN_VNNI_ENTRY void edgecnn_vnni_vector(const edgecnn_blocks *l, const void *copy, int8_t *output) {
  const int32_t blocks = edgecnn_x86_blocks(l), last = blocks - 1;
  for (int32_t block = 0; block < blocks; block += 4, output += 4 * EDGECNN_X86_CHANNELS) {
    const uint8_t *x = copy;
    const int8_t *wa = edgecnn_x86_weights(l, block);
    const int8_t *wb = edgecnn_x86_weights(l, block + 1 < last ? block + 1 : last);
    const int8_t *wc = edgecnn_x86_weights(l, block + 2 < last ? block + 2 : last);
    const int8_t *wd = edgecnn_x86_weights(l, block + 3 < last ? block + 3 : last);
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (int32_t at = 0; at < l->groups * 64; at += 128, x += 8) {
      const __m512i first = edgecnn_vnni_quad(x), second = edgecnn_vnni_quad(x + 4);
      a = _mm512_dpbusd_epi32(a, first, _mm512_loadu_si512(wa + at));
      b = _mm512_dpbusd_epi32(b, first, _mm512_loadu_si512(wb + at));
      c = _mm512_dpbusd_epi32(c, first, _mm512_loadu_si512(wc + at));
      d = _mm512_dpbusd_epi32(d, first, _mm512_loadu_si512(wd + at));
      e = _mm512_dpbusd_epi32(e, second, _mm512_loadu_si512(wa + at + 64));
      f = _mm512_dpbusd_epi32(f, second, _mm512_loadu_si512(wb + at + 64));
      g = _mm512_dpbusd_epi32(g, second, _mm512_loadu_si512(wc + at + 64));
      h = _mm512_dpbusd_epi32(h, second, _mm512_loadu_si512(wd + at + 64));
    }
    edgecnn_vnni_requantize(l, block, _mm512_add_epi32(a, e), output);
    if (block < last) edgecnn_vnni_requantize(l, block + 1, _mm512_add_epi32(b, f), output + 16);
    if (block + 1 < last) edgecnn_vnni_requantize(l, block + 2, _mm512_add_epi32(c, g), output + 32);
    if (block + 2 < last) edgecnn_vnni_requantize(l, block + 3, _mm512_add_epi32(d, h), output + 48);
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dot products on cores without SIMD but with many registers: two unsigned codes (code ^ 0x80) lie 16 bits apart in one
 * word, so that one multiplication is two of them, for two channels of four windows at once. Terms are added in groups
 * whose sums fit into 16 bits each: proved from the weights when the code is generated (edgecnn/targets/swar.py), as
 * are the int32 totals.
 */
#ifndef EDGECNN_SWAR_S8_H
#define EDGECNN_SWAR_S8_H

#include <stdint.h>

#define EDGECNN_WINDOWS 4

/* The filters of two channels after those of two others. */
typedef struct {
  int32_t pairs;          /* of channels, what lacks to the last one being 0 */
  const uint8_t *steps;   /* of each group, of two terms each; 0 behind the last group of a pair */
  const uint32_t *starts; /* [groups][2 channels]: added to both lanes, so that they never end below zero */
  const int8_t *weights;  /* [terms][2 channels] */
} edgecnn_swar_stream;

/* Two sums in a word over all groups: of both lanes, modulo 2^32, and of the upper lanes alone. */
typedef struct {
  uint32_t both, upper;
} edgecnn_swar_total;

static inline void edgecnn_swar_add(edgecnn_swar_total *total, uint32_t group) {
  total->both += group;
  total->upper += group >> 16;
}

static inline uint32_t *edgecnn_swar_split(edgecnn_swar_total total, uint32_t *sums) {
  *sums++ = total.both - (total.upper << 16);
  *sums++ = total.upper;
  return sums;
}

/*
 * The sums of every channel over four windows, to end[1 ...]: patch[2 * taps], before `end`, has for each tap the codes
 * of the windows 0 and 1 and those of 2 and 3. `taps` is even.
 */
static inline void edgecnn_swar_windows(const uint32_t *patch, const edgecnn_swar_stream *stream, uint32_t *end) {
  const uint8_t *steps = stream->steps;
  const uint32_t *starts = stream->starts;
  const int8_t *w = stream->weights;
  uint32_t *sums = end + 1;
  for (int32_t pair = 0; pair < stream->pairs; pair++, steps++) {
    edgecnn_swar_total a = {0, 0}, b = {0, 0}, c = {0, 0}, d = {0, 0};
    const uint32_t *x = patch;
    for (; *steps; steps++, starts += 2) {
      uint32_t first = starts[0], second = first, third = starts[1], fourth = third;
      for (const uint32_t *group = x + 4 * *steps; x < group; x += 4, w += 4) {
        const uint32_t w0 = (uint32_t)w[0], w1 = (uint32_t)w[1], w2 = (uint32_t)w[2], w3 = (uint32_t)w[3];
        first += w0 * x[0] + w2 * x[2];
        second += w0 * x[1] + w2 * x[3];
        third += w1 * x[0] + w3 * x[2];
        fourth += w1 * x[1] + w3 * x[3];
      }
      edgecnn_swar_add(&a, first);
      edgecnn_swar_add(&b, second);
      edgecnn_swar_add(&c, third);
      edgecnn_swar_add(&d, fourth);
    }
    sums = edgecnn_swar_split(d, edgecnn_swar_split(c, edgecnn_swar_split(b, edgecnn_swar_split(a, sums))));
  }
}

static inline uint32_t edgecnn_swar_word(int8_t low, int8_t high) {
  return 0x00800080 + (uint32_t)low + ((uint32_t)high << 16);
}

/*
 * The `run` codes of four windows, each up to first[i][end], as words: of two windows each, without sign. Returns where
 * the next ones belong.
 */
static inline uint32_t *edgecnn_swar_interleave(const int8_t *const first[EDGECNN_WINDOWS], int32_t end, int32_t run,
                                                uint32_t *words) {
  const int32_t at = end - run;
  const int8_t *a = first[0] + at, *b = first[1] + at, *c = first[2] + at, *d = first[3] + at;
  __asm__("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d)); /* or each code's address would be computed anew */
  for (; run >= 4; run -= 4, a += 4, b += 4, c += 4, d += 4, words += 8) {
    for (int i = 0; i < 4; i++) {
      words[2 * i] = edgecnn_swar_word(a[i], b[i]);
      words[2 * i + 1] = edgecnn_swar_word(c[i], d[i]);
    }
  }
  for (; run > 0; run--, words += 2) {
    words[0] = edgecnn_swar_word(*a++, *b++);
    words[1] = edgecnn_swar_word(*c++, *d++);
  }
  return words;
}

#endif

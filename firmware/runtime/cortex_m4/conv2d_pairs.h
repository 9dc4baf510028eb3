/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions in blocks of two output channels x two pixels: each word of weights and of inputs that is loaded, two
 * taps, is multiplied twice. The codes under the two windows are widened to int16 once for all output channels.
 */
#ifndef EDGECNN_CONV2D_PAIRS_H
#define EDGECNN_CONV2D_PAIRS_H

#include <stdint.h>

#include "dsp.h"
#include "gather.h"

typedef struct {
  edgecnn_window window;
  int32_t output_channels;
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
  int32_t direct;                 /* whether rows are multiples of 4, read from the input where they lie in it */
  int32_t taps;                   /* of a patch, a multiple of 4: filter_height * row, filled up */
  const int32_t *weights;         /* as the block takes them */
  const int32_t *requantization;  /* [output_channels][4], see edgecnn_requantize */
} edgecnn_conv2d_pairs_params;

/* The sums of channels 0 and 1 for pixels 0 and 1 of a pair. */
typedef struct {
  int32_t c0p0, c0p1, c1p0, c1p1;
} edgecnn_pair_sums;

/* The sums of a pair's `taps` from its words, and the weights behind those that were used. */
typedef const int32_t *edgecnn_pair_block(const int32_t *weights, const int32_t *words, int32_t taps,
                                          edgecnn_pair_sums *sums);

/* Taps 0 .. 3 of two pixels as int16: (0, 2) of both, then (1, 3) of both. Returns the place behind them. */
static inline int32_t *edgecnn_pairs_widen(int32_t a, int32_t b, int32_t *words) {
  __asm__ volatile(
      "sxtb16 r2, %[a]\n\t"
      "sxtb16 r3, %[b]\n\t"
      "sxtb16 r4, %[a], ror #8\n\t"
      "sxtb16 r5, %[b], ror #8\n\t"
      "stm %[words]!, {r2-r5}"
      : [words] "+r"(words)
      : [a] "r"(a), [b] "r"(b)
      : "r2", "r3", "r4", "r5", "memory");
  return words;
}

/* As many of four taps until `end` is reached from `a`, which is before it; nine instructions each. */
static inline int32_t *edgecnn_pairs_widen_until(const int8_t *end, const int8_t *a, const int8_t *b, int32_t *words) {
  register const int8_t *x EDGECNN_IN("r0") = a, *y EDGECNN_IN("r1") = b, *last EDGECNN_IN("r12") = end;
  register int32_t *to EDGECNN_IN("r6") = words;
  __asm__ volatile(
      "1:\n\t"
      "ldr r4, [%[a]], #4\n\t"
      "ldr r5, [%[b]], #4\n\t"
      "sxtb16 r2, r4\n\t"
      "sxtb16 r3, r5\n\t"
      "sxtb16 r4, r4, ror #8\n\t"
      "sxtb16 r5, r5, ror #8\n\t"
      "cmp %[a], %[end]\n\t"
      "stm %[words]!, {r2-r5}\n\t"
      "bne 1b"
      : [a] "+r"(x), [b] "+r"(y), [words] "+r"(to)
      : [end] "r"(last)
      : "r2", "r3", "r4", "r5", "cc", "memory");
  return to;
}

/*
 * The words of two patches of `rows` x `size` bytes, the rows `step` apart. A row's last word is read from its end, so
 * that nothing behind it is read.
 */
static EDGECNN_APART void edgecnn_pairs_expand(const int8_t *a, const int8_t *b, int32_t rows, int32_t size,
                                               int32_t step, int32_t *words) {
  const int32_t whole = (size - 1) & ~3;
  const int32_t last = size - 4;
  const int32_t shift = 8 * (whole - last); /* what the word before it has had */
  EDGECNN_ROLLED for (; rows > 0; rows--) {
    if (whole > 0) words = edgecnn_pairs_widen_until(a + whole, a, b, words);
    words = edgecnn_pairs_widen(edgecnn_load4(a + last) >> shift, edgecnn_load4(b + last) >> shift, words);
    a += step;
    b += step;
  }
}

/* A pixel of the convolution's output. */
typedef struct {
  int32_t y, x;
} edgecnn_pixel;

/* The words of a pair: `taps` words, behind which is room for copies of both patches if need be. */
static EDGECNN_APART void edgecnn_pairs_words(const edgecnn_conv2d_pairs_params *p, const int8_t *input,
                                              edgecnn_pixel a, edgecnn_pixel b, int32_t *words) {
  const edgecnn_window *w = &p->window;
  const int32_t top_a = a.y * w->geometry.stride_height - w->geometry.pad_top,
                left_a = a.x * w->geometry.stride_width - w->geometry.pad_left;
  const int32_t top_b = b.y * w->geometry.stride_height - w->geometry.pad_top,
                left_b = b.x * w->geometry.stride_width - w->geometry.pad_left;
  const int32_t bottom = w->geometry.input_height - w->geometry.filter_height,
                right = w->geometry.input_width - w->geometry.filter_width;
  /* Pixel b is behind pixel a or below it. */
  if (p->direct && top_a >= 0 && top_b <= bottom && left_a >= 0 && left_b >= 0 && left_a <= right && left_b <= right) {
    const int32_t step = w->geometry.input_width * w->geometry.input_channels;
    edgecnn_pairs_expand(input + top_a * step + left_a * w->geometry.input_channels,
                         input + top_b * step + left_b * w->geometry.input_channels, w->geometry.filter_height,
                         w->geometry.filter_width * w->geometry.input_channels, step, words);
    return;
  }
  int8_t *copy = (int8_t *)(words + p->taps);
  edgecnn_gather(w, input, top_a, left_a, copy);
  edgecnn_gather(w, input, top_b, left_b, copy + p->taps);
  edgecnn_pairs_expand(copy, copy + p->taps, 1, p->taps, 0, words);
}

/* The pixel behind another, in rows of `width`. */
static inline edgecnn_pixel edgecnn_next(edgecnn_pixel at, int32_t width) {
  at.x++;
  if (at.x == width) {
    at.x = 0;
    at.y++;
  }
  return at;
}

/* A whole convolution, pair by pair; of an odd number of pixels, the last is its own partner. */
static inline void edgecnn_conv2d_pairs(const edgecnn_conv2d_pairs_params *p, const int8_t *input, int8_t *output,
                                        int8_t *scratch, edgecnn_pair_block *block) {
  const int32_t *const first_weights = p->weights, *const first_q = p->requantization;
  const int32_t channels = p->output_channels, taps = p->taps;
  int32_t *words = (int32_t *)(void *)scratch;
  const int32_t count = p->window.geometry.output_height * p->window.geometry.output_width;
  int8_t *to = output;
  edgecnn_pixel b = {0, 0};
  EDGECNN_ROLLED for (int32_t i = 0; i < count; i += 2) {
    const edgecnn_pixel a = b;
    const int32_t second = i + 1 < count ? channels : 0; /* from the code of pixel a to that of pixel b */
    if (second) b = edgecnn_next(b, p->window.geometry.output_width);
    edgecnn_pairs_words(p, input, a, b, words);
    b = edgecnn_next(b, p->window.geometry.output_width);
    const int32_t *weights = first_weights, *q = first_q;
    EDGECNN_ROLLED for (int32_t oc = 0; oc < channels; oc += 2) {
      edgecnn_pair_sums sums;
      weights = block(weights, words, taps, &sums);
      const int32_t *again = q;
      to[0] = edgecnn_requantize(sums.c0p0, &q);
      to[second] = edgecnn_requantize(sums.c0p1, &again);
      if (oc + 1 < channels) {
        to[1] = edgecnn_requantize(sums.c1p0, &q);
        to[second + 1] = edgecnn_requantize(sums.c1p1, &again);
      }
      to += 2;
    }
    to = output + (i + 2) * channels;
  }
  edgecnn_narrow(output, count * channels, p->output_min, p->output_max);
}

#endif

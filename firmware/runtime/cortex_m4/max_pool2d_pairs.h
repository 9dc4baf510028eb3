/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and max pooling at once, in blocks of two output channels x two pixels of a pool's window. */
#ifndef EDGECNN_MAX_POOL2D_PAIRS_H
#define EDGECNN_MAX_POOL2D_PAIRS_H

#include "conv2d_pairs.h"

typedef struct {
  edgecnn_conv2d_pairs_params conv;
  int32_t pool_height, pool_width;
  int32_t pool_stride_height, pool_stride_width; /* at least pool_height and pool_width: no pixel is pooled twice */
  int32_t pooled_height, pooled_width;           /* every window lies within the convolution's output */
  int32_t shared_rows; /* of the input under a pool's window where they are expanded once, else 0 */
  int32_t words_size;  /* bytes of scratch before the sums of the output channels */
} edgecnn_max_pool2d_pairs_params;

static inline int32_t edgecnn_largest(int32_t a, int32_t b, int32_t c) {
  const int32_t larger = b > a ? b : a;
  return c > larger ? c : larger;
}

/* Raise largest[output_channels] to the sums of two pixels. */
static inline void edgecnn_pairs_raise(const edgecnn_conv2d_pairs_params *p, const int32_t *words, int32_t *largest,
                                       edgecnn_pair_block *block) {
  const int32_t *weights = p->weights;
  const int32_t taps = p->taps;
  EDGECNN_ROLLED for (const int32_t *end = largest + p->output_channels; largest < end; largest += 2) {
    edgecnn_pair_sums sums;
    weights = block(weights, words, taps, &sums);
    largest[0] = edgecnn_largest(largest[0], sums.c0p0, sums.c0p1);
    largest[1] = edgecnn_largest(largest[1], sums.c1p0, sums.c1p1);
  }
}

/* What the rows of a pool's window at (y, x) share, two pixels each and nothing padded, is expanded once. */
static inline void edgecnn_pairs_shared(const edgecnn_max_pool2d_pairs_params *p, const int8_t *input, int32_t y,
                                        int32_t x, int32_t *words) {
  const edgecnn_conv2d_pairs_params *c = &p->conv;
  const int32_t pixel = c->window.geometry.input_channels, step = c->window.geometry.input_width * pixel;
  const int8_t *first =
      input + y * c->window.geometry.stride_height * step + x * c->window.geometry.stride_width * pixel;
  edgecnn_pairs_expand(first, first + c->window.geometry.stride_width * pixel, p->shared_rows,
                       c->window.geometry.filter_width * pixel, step, words);
}

/* The largest sums of a pool's window at (y, x); of an odd number of pixels, the last is its own partner. */
static inline void edgecnn_pairs_window(const edgecnn_max_pool2d_pairs_params *p, const int8_t *input, int32_t y,
                                        int32_t x, int32_t *words, int32_t *largest, edgecnn_pair_block *block) {
  const int32_t pixels = p->pool_height * p->pool_width;
  edgecnn_pixel b = {0, 0}; /* within the window */
  if (p->shared_rows) edgecnn_pairs_shared(p, input, y, x, words);
  EDGECNN_ROLLED for (int32_t i = 0; i < pixels; i += 2) {
    if (!p->shared_rows) {
      const edgecnn_pixel first = {y + b.y, x + b.x};
      if (i + 1 < pixels) b = edgecnn_next(b, p->pool_width);
      const edgecnn_pixel second = {y + b.y, x + b.x};
      edgecnn_pairs_words(&p->conv, input, first, second, words);
      b = edgecnn_next(b, p->pool_width);
    }
    edgecnn_pairs_raise(&p->conv, words, largest, block);
    if (p->shared_rows) words += p->conv.window.geometry.stride_height * p->conv.window.row;
  }
}

/* Sums grow with codes, multipliers being positive: the largest sum of a window has its largest code. */
static inline void edgecnn_conv2d_max_pool2d_pairs(const edgecnn_max_pool2d_pairs_params *p, const int8_t *input,
                                                   int8_t *output, int8_t *scratch, edgecnn_pair_block *block) {
  const int32_t channels = p->conv.output_channels;
  int32_t *words = (int32_t *)(void *)scratch;
  int32_t *largest = (int32_t *)(void *)(scratch + p->words_size);
  int8_t *to = output;
  EDGECNN_ROLLED for (int32_t py = 0; py < p->pooled_height; py++) {
    EDGECNN_ROLLED for (int32_t px = 0; px < p->pooled_width; px++) {
      const int32_t y = py * p->pool_stride_height, x = px * p->pool_stride_width;
      EDGECNN_ROLLED for (int32_t oc = 0; oc < channels; oc++) largest[oc] = INT32_MIN;
      edgecnn_pairs_window(p, input, y, x, words, largest, block);
      const int32_t *q = p->conv.requantization;
      EDGECNN_ROLLED for (int32_t oc = 0; oc < channels; oc++) *to++ = edgecnn_requantize(largest[oc], &q);
    }
  }
  edgecnn_narrow(output, (int32_t)(to - output), p->conv.output_min, p->conv.output_max);
}

#endif

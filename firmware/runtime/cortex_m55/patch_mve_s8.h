/* SPDX-License-Identifier: Apache-2.0 */
/* Copies with MVE, and the codes under one window. */
#ifndef EDGECNN_PATCH_MVE_S8_H
#define EDGECNN_PATCH_MVE_S8_H

#include <arm_mve.h>

#include "conv2d_window_s8.h"

/* A function of a header that is no part of an inner loop: once in the program, whoever includes it. */
#define EDGECNN_SHARED __attribute__((weak, noinline))

/* Before a loop that is no inner one: unrolled, it would only be larger. */
#define EDGECNN_ROLLED _Pragma("GCC unroll 1")

/* `count` codes, at least 0, that may lie anywhere; the loop's last vector has only what is left. */
static inline void edgecnn_copy(int8_t *to, const int8_t *from, int32_t count) {
  __asm__ volatile(
      "wlstp.8 lr, %[count], 2f\n\t"
      "1: vldrb.8 q0, [%[from]], #16\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 1b\n\t"
      "2:"
      : [to] "+r"(to), [from] "+r"(from)
      : [count] "r"(count)
      : "lr", "q0", "memory");
}

static inline void edgecnn_fill(int8_t *to, int32_t code, int32_t count) {
  const int8x16_t codes = vdupq_n_s8((int8_t)code);
  __asm__ volatile(
      "wlstp.8 lr, %[count], 2f\n\t"
      "1: vstrb.8 %q[codes], [%[to]], #16\n\t"
      "letp lr, 1b\n\t"
      "2:"
      : [to] "+r"(to)
      : [count] "r"(count), [codes] "w"(codes)
      : "lr", "memory");
}

static inline int32_t edgecnn_within(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

/*
 * The codes under the window whose top left corner is at (y, x), with the code of zero where there is no input: rows of
 * filter_width * input_channels codes, `row` bytes apart. Taps that lie side by side are one copy.
 */
EDGECNN_SHARED void edgecnn_patch(const edgecnn_conv2d_s8_params *p, const int8_t *input, int32_t y, int32_t x,
                                  int8_t *patch, int32_t row) {
  const int32_t depth = p->geometry.input_channels, width = p->geometry.input_width, zero = p->input_zero_point;
  const int32_t step = p->dilation_height * width * depth;
  const int32_t taps = p->dilation_width == 1 ? p->geometry.filter_width : 1, size = taps * depth;
  for (int8_t *end = patch + p->geometry.filter_width * depth; patch < end; patch += size, x += p->dilation_width) {
    const int32_t first = edgecnn_within(-x, 0, taps);
    const int32_t before = first * depth, there = (edgecnn_within(width - x, first, taps) - first) * depth;
    const int8_t *from = input + (y * width + x + first) * depth;
    int8_t *to = patch;
    for (int32_t ky = p->geometry.filter_height, iy = y; ky > 0;
         ky--, iy += p->dilation_height, from += step, to += row) {
      const int inside = iy >= 0 && iy < p->geometry.input_height;
      const int32_t zeros = inside ? before : size, codes = inside ? there : 0;
      edgecnn_fill(to, zero, zeros);
      edgecnn_copy(to + zeros, from, codes);
      edgecnn_fill(to + zeros + codes, zero, size - zeros - codes);
    }
  }
}

#endif

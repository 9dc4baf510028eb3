/* SPDX-License-Identifier: Apache-2.0 */
/* What the convolutions share: the codes under four windows, and the sums over them. */
#ifndef EDGECNN_FOUR_WINDOWS_H
#define EDGECNN_FOUR_WINDOWS_H

#include "conv2d_four_s8.h"
#include "sums4.h"

#define EDGECNN_WINDOWS 4

static inline int16_t edgecnn_four_taps(const edgecnn_conv2d_four_s8_params *p) {
  return (int16_t)(p->geometry.filter_height * p->geometry.filter_width * p->geometry.input_channels);
}

/*
 * patch[0, 4, 8 ..] are codes + 128: `rows` rows, each beginning `row_step` bytes after the one before, of `run` (at
 * most 1,023) codes. What they add up to.
 */
static __attribute__((noinline)) __uint24 edgecnn_four_copy(const int8_t *codes, uint8_t rows, int16_t row_step,
                                                            int16_t run, uint8_t *patch) {
  const uint8_t blocks = (uint8_t)((uint16_t)run / 4), rest = (uint8_t)((uint16_t)run % 4);
  const int16_t gap = (int16_t)(row_step - run);
  uint8_t code, zero, left;
  __uint24 sum = 0;
#define COPY(at)            \
  "ld %[code], %a[from]+\n" \
  "subi %[code], 0x80\n"    \
  "std %a[to]+" at          \
  ", %[code]\n"             \
  "add %A[sum], %[code]\n"  \
  "adc %B[sum], %[zero]\n"  \
  "adc %C[sum], %[zero]\n"
  __asm__ volatile(
      "clr %[zero]\n"
      "1: mov %[left], %[blocks]\n"
      "tst %[left]\n"
      "breq 3f\n"
      "2:\n" COPY("0") COPY("4") COPY("8") COPY("12")
      "adiw %[to], 16\n"
      "dec %[left]\n"
      "brne 2b\n"
      "3: mov %[left], %[rest]\n"
      "tst %[left]\n"
      "breq 5f\n"
      "4:\n" COPY("0")
      "adiw %[to], 4\n"
      "dec %[left]\n"
      "brne 4b\n"
      "5: add %A[from], %A[gap]\n"
      "adc %B[from], %B[gap]\n"
      "dec %[rows]\n"
      "brne 1b\n"
      : [from] "+&x"(codes), [to] "+&z"(patch), [sum] "+&r"(sum), [code] "=&d"(code), [zero] "=&r"(zero),
        [left] "=&r"(left), [rows] "+&r"(rows)
      : [blocks] "r"(blocks), [rest] "r"(rest), [gap] "r"(gap)
      : "memory");
#undef COPY
  return sum;
}

/* The same of a window that reaches over the input's edge, or is dilated: tap by tap. */
static __attribute__((noinline)) __uint24 edgecnn_four_edge(const edgecnn_conv2d_four_s8_params *p, const int8_t *input,
                                                            int16_t y, int16_t x, uint8_t *patch) {
  const uint8_t nothing = (uint8_t)(p->input_zero_point + 128);
  const int16_t channels = p->geometry.input_channels;
  __uint24 sum = 0;
  for (int16_t ky = 0; ky < p->geometry.filter_height; ky++, y = (int16_t)(y + p->dilation_height)) {
    int16_t ix = x;
    for (int16_t kx = 0; kx < p->geometry.filter_width; kx++, ix = (int16_t)(ix + p->dilation_width)) {
      if (y >= 0 && y < p->geometry.input_height && ix >= 0 && ix < p->geometry.input_width) {
        sum += edgecnn_four_copy(input + (y * p->geometry.input_width + ix) * channels, 1, 0, channels, patch);
        patch += EDGECNN_WINDOWS * channels;
      } else {
        for (int16_t i = 0; i < channels; i++, patch += EDGECNN_WINDOWS) *patch = nothing, sum += nothing;
      }
    }
  }
  return sum;
}

/*
 * patch[0, 4, 8 ..]: the codes + 128 under the window whose top left corner is at (y, x), possibly outside, in the
 * order of the weights, with that of zero where there is no input. The start of its sums.
 */
static __attribute__((noinline)) __uint24 edgecnn_four_gather(const edgecnn_conv2d_four_s8_params *p,
                                                              const int8_t *input, int16_t y, int16_t x,
                                                              uint8_t *patch) {
  const int16_t channels = p->geometry.input_channels;
  if (p->dilation_width == 1 && y >= 0 && y <= p->last_y && x >= 0 && x <= p->last_x) {
    const int16_t row = (int16_t)(p->geometry.input_width * channels);
    return edgecnn_sum_start(edgecnn_four_copy(input + y * row + x * channels, (uint8_t)p->geometry.filter_height,
                                               (int16_t)(p->dilation_height * row),
                                               (int16_t)(p->geometry.filter_width * channels), patch));
  }
  return edgecnn_sum_start(edgecnn_four_edge(p, input, y, x, patch));
}

EDGECNN_SUMS4(edgecnn_four_sums, EDGECNN_WINDOW_TERM)

#endif

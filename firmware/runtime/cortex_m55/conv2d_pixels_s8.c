/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_pixels_s8.h"

#include "patch_mve_s8.h"
#include "requantize_mve_s8.h"

enum { PIXELS = 3, FOUR = 4 };

/* Three pixels, and where their sums go. The assembly below knows the order. */
typedef struct {
  const int8_t *codes[PIXELS]; /* under their windows */
  int32_t taps;
  int32_t stride;     /* in bytes, from a pixel's sums to the next one's */
  const int32_t *end; /* of the first one's */
} pixels;

/* clang-format off */
/*
 * All channels' sums, bias included. Six accumulators, for which VMLADAVA takes even registers only, four pointers and
 * the loop's counter leave no register for what else the pairs of channels need; no compiler finds that. The codes'
 * last vector has only those that are left. No partial sum leaves int32: proved.
 */
static __attribute__((noinline)) void all_sums(const pixels *three, const int8_t *weights, const int32_t *bias,
                                               int32_t *sums) {
  register const pixels *r0 __asm__("r0") = three;
  register const int8_t *r1 __asm__("r1") = weights;
  register const int32_t *r2 __asm__("r2") = bias;
  register int32_t *r3 __asm__("r3") = sums;
  __asm__ volatile(
      "vmov s20, r7\n\t" /* the frame pointer, which cannot be in the list below */
      "mov r5, r2\n\t" "mov r9, r3\n\t" "mov r3, r1\n\t" "mov r1, r0\n\t"
      "1: ldrd r11, r12, [r1]\n\t" /* two channels */
      "ldrd r7, lr, [r1, #8]\n\t"
      "ldrd r0, r2, [r5], #8\n\t"
      "mov r4, r0\n\t" "mov r6, r2\n\t" "mov r8, r0\n\t" "mov r10, r2\n\t"
      "dlstp.8 lr, lr\n\t"
      "2: vldrb.8 q0, [r11], #16\n\t" "vldrb.8 q3, [r3], #16\n\t"
      "vmladava.s8 r0, q0, q3\n\t" "vldrb.8 q1, [r12], #16\n\t"
      "vmladava.s8 r4, q1, q3\n\t" "vldrb.8 q2, [r7], #16\n\t"
      "vmladava.s8 r8, q2, q3\n\t" "vldrb.8 q4, [r3], #16\n\t"
      "vmladava.s8 r2, q0, q4\n\t" "vmladava.s8 r6, q1, q4\n\t" "vmladava.s8 r10, q2, q4\n\t"
      "letp lr, 2b\n\t"
      "ldrd r11, r12, [r1, #16]\n\t"
      "add r7, r9, r11\n\t"
      "strd r4, r6, [r7]\n\t"
      "add r7, r11\n\t"
      "strd r8, r10, [r7]\n\t"
      "strd r0, r2, [r9], #8\n\t"
      "cmp r9, r12\n\t"
      "bne 1b\n\t"
      "vmov r7, s20\n\t"
      : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
      :
      : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
}
/* clang-format on */

/* Their codes. Where less than three pixels are left, the last one stands for the others, too. */
static inline void write_codes(const edgecnn_conv2d_s8_params *p, const int32_t *sums, int32_t stride, int8_t *output,
                               int32_t count, int brief) {
  edgecnn_channels channels = {p->bias, p->multipliers, p->shifts, p->output_zero_point, p->output_min, p->output_max};
  const int32_t all = p->output_channels;
  int8_t *to[PIXELS] = {output, output + (count > 1 ? all : 0), output + (count - 1) * all};
  for (int32_t left = all; left > 0; left -= FOUR, sums += FOUR) {
    const edgecnn_four four = edgecnn_next_four(&channels);
    const mve_pred16_t there = vctp32q((uint32_t)left);
    for (int i = 0; i < PIXELS; i++, to[i - 1] += FOUR) {
      const int32x4_t sum = vld1q_s32(sums + i * stride);
      vstrbq_p_s32(to[i], edgecnn_codes(&channels, &four, sum, brief), there);
    }
  }
}

/* The windows that lie within the input, whose rows are copied as they are. */
typedef struct {
  int32_t bottom, right;      /* the last corner of any; below 0 if there is none */
  int32_t row;                /* codes */
  int32_t from_next, to_next; /* bytes from the end of a row's last vector to the next row */
} insides;

static insides insides_of(const edgecnn_conv2d_s8_params *p) {
  const int32_t row = p->geometry.filter_width * p->geometry.input_channels, vectors = (row + 15) & -16;
  const int32_t bottom = p->geometry.input_height - 1 - (p->geometry.filter_height - 1) * p->dilation_height;
  const int32_t right = p->dilation_width == 1 ? p->geometry.input_width - p->geometry.filter_width : -1;
  const insides found = {bottom, right, row,
                         p->dilation_height * p->geometry.input_width * p->geometry.input_channels - vectors,
                         row - vectors};
  return found;
}

static inline void copy_rows(const insides *in, int32_t rows, const int8_t *from, int8_t *to) {
  __asm__ volatile(
      "1: dlstp.8 lr, %[row]\n\t"
      "2: vldrb.8 q0, [%[from]], #16\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 2b\n\t"
      "add %[from], %[from_next]\n\t"
      "add %[to], %[to_next]\n\t"
      "subs %[rows], #1\n\t"
      "bne 1b"
      : [to] "+&r"(to), [from] "+&r"(from), [rows] "+&l"(rows)
      : [row] "r"(in->row), [from_next] "r"(in->from_next), [to_next] "r"(in->to_next)
      : "lr", "q0", "cc", "memory");
}

/* The next window's codes; *y and *x are its pixel, and become the next one. */
static inline const int8_t *window(const edgecnn_conv2d_pixels_s8_params *p, const insides *in, const int8_t *input,
                                   int32_t *y, int32_t *x, int8_t *patch) {
  const edgecnn_conv2d_s8_params *conv = &p->conv;
  const int32_t iy = *y * conv->geometry.stride_height - conv->geometry.pad_top,
                ix = *x * conv->geometry.stride_width - conv->geometry.pad_left;
  const int8_t *first = input + (iy * conv->geometry.input_width + ix) * conv->geometry.input_channels;
  if (++*x == conv->geometry.output_width) *x = 0, ++*y;
  if (p->in_place) return first;
  if (iy >= 0 && iy <= in->bottom && ix >= 0 && ix <= in->right) {
    copy_rows(in, conv->geometry.filter_height, first, patch);
  } else {
    edgecnn_patch(conv, input, iy, ix, patch, in->row);
  }
  return patch;
}

EDGECNN_KERNEL void edgecnn_conv2d_pixels_s8(const edgecnn_conv2d_pixels_s8_params *p, const int8_t *input,
                                             int8_t *output, int8_t *scratch) {
  const edgecnn_conv2d_s8_params *conv = &p->conv;
  const int32_t stride = (conv->output_channels + FOUR - 1) & -FOUR;
  int32_t *const sums = (int32_t *)(void *)scratch;
  int8_t *const patches = scratch + 4 * PIXELS * stride;
  const insides in = insides_of(conv);
  pixels three = {{0, 0, 0}, p->taps, 4 * stride, sums + stride};
  int32_t y = 0, x = 0, count = PIXELS;
  for (int32_t left = conv->geometry.output_height * conv->geometry.output_width; left > 0; left -= PIXELS) {
    if (left < PIXELS) count = left;
    for (int32_t i = 0; i < PIXELS; i++) {
      three.codes[i] = i < count ? window(p, &in, input, &y, &x, patches + i * p->taps) : three.codes[count - 1];
    }
    all_sums(&three, conv->weights, conv->bias, sums);
    if (p->brief) {
      write_codes(conv, sums, stride, output, count, 1);
    } else {
      write_codes(conv, sums, stride, output, count, 0);
    }
    output += count * conv->output_channels;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_conv2d_mve_s8.h"

#include "patch_mve_s8.h"
#include "requantize_mve_s8.h"

enum { LANES = 16, FOUR = 4 };

/* A row of the input, `columns` from the first on, with zeros where there is none; channels repeated as they go out. */
static void copy_row(const edgecnn_depthwise_conv2d_mve_s8_params *p, const int8_t *input, int32_t y, int8_t *to) {
  const edgecnn_conv2d_s8_params *conv = &p->conv;
  const int32_t channels = conv->output_channels, multiplier = channels / conv->geometry.input_channels;
  const int inside = y >= 0 && y < conv->geometry.input_height;
  const int32_t room = p->columns - conv->geometry.pad_left;
  const int32_t there = !inside || room < 0 ? 0 : room < conv->geometry.input_width ? room : conv->geometry.input_width;
  const int32_t before = inside && room > 0 ? conv->geometry.pad_left : p->columns;
  const int8_t *from = input + y * conv->geometry.input_width * conv->geometry.input_channels;
  edgecnn_fill(to, conv->input_zero_point, before * channels);
  to += before * channels;
  if (multiplier == 1) {
    edgecnn_copy(to, from, there * channels);
    to += there * channels;
  } else {
    for (int32_t i = there * conv->geometry.input_channels; i > 0; i--, from++) {
      for (int32_t k = multiplier; k > 0; k--) *to++ = *from;
    }
  }
  edgecnn_fill(to, conv->input_zero_point, (p->columns - before - there) * channels);
}

/*
 * The sums of sixteen lanes. Two products stay within 16 bits, as no weight is -128: |p + q| <= 2 * 127 * 128. There
 * are just eight vectors: four of sums, four for products, so that a weight is loaded once more.
 */
static inline void add_taps(const edgecnn_depthwise_conv2d_mve_s8_params *p, const int8_t *first, const int8_t *weights,
                            int32x4_t sums[FOUR]) {
  const int32_t *offsets = p->offsets;
  int32_t a, b;
  int32x4_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
  /* clang-format off */
  __asm__ volatile(
      "dls lr, %[pairs]\n\t"
      "1: ldrd %[a], %[b], [%[offsets]], #8\n\t"
      "add %[a], %[first]\n\t"
      "vldrb.8 q4, [%[a]]\n\t" "vldrb.8 q5, [%[w]], #16\n\t"
      "add %[b], %[first]\n\t"
      "vmullb.s8 q6, q4, q5\n\t" "vmullt.s8 q4, q4, q5\n\t"
      "vldrb.8 q5, [%[b]]\n\t" "vldrb.8 q7, [%[w]], #16\n\t"
      "vmullb.s8 q7, q5, q7\n\t"
      "vadd.i16 q6, q6, q7\n\t"
      "vldrb.8 q7, [%[w], #-16]\n\t"
      "vmullt.s8 q5, q5, q7\n\t"
      "vadd.i16 q4, q4, q5\n\t"
      "vmovlb.s16 q7, q6\n\t" "vadd.i32 %q[s0], %q[s0], q7\n\t"
      "vmovlt.s16 q6, q6\n\t" "vadd.i32 %q[s1], %q[s1], q6\n\t"
      "vmovlb.s16 q5, q4\n\t" "vadd.i32 %q[s2], %q[s2], q5\n\t"
      "vmovlt.s16 q4, q4\n\t" "vadd.i32 %q[s3], %q[s3], q4\n\t"
      "le lr, 1b\n\t"
      : [w] "+r"(weights), [offsets] "+r"(offsets), [a] "=&r"(a), [b] "=&r"(b), [s0] "+w"(s0), [s1] "+w"(s1),
        [s2] "+w"(s2), [s3] "+w"(s3)
      : [pairs] "r"(p->pairs), [first] "r"(first)
      : "lr", "q4", "q5", "q6", "q7", "memory");
  /* clang-format on */
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}

/* The numbers of a block's lanes, from its first on. */
typedef struct {
  const int8_t *weights;
  const int32_t *bias, *multipliers;
  const int8_t *shifts;
} block;

/* The codes of sixteen lanes. */
static inline int8x16_t codes(const edgecnn_depthwise_conv2d_mve_s8_params *p, const int8_t *first, const block *b,
                              int brief) {
  const edgecnn_conv2d_s8_params *conv = &p->conv;
  int32x4_t sums[FOUR];
  for (int i = 0; i < FOUR; i++) sums[i] = vld1q_s32(b->bias + FOUR * i);
  add_taps(p, first, b->weights, sums);
  for (int i = 0; i < FOUR; i++) {
    const int32x4_t multipliers = vld1q_s32(b->multipliers + FOUR * i);
    const int32x4_t right = vldrbq_s32(b->shifts + 2 * FOUR * i + FOUR);
    sums[i] = brief ? edgecnn_mbqm_brief(sums[i], multipliers, right)
                    : edgecnn_mbqm_mve(sums[i], multipliers, vldrbq_s32(b->shifts + 2 * FOUR * i), right);
  }
  const int16_t zero_point = (int16_t)conv->output_zero_point;
  const int16x8_t none = vdupq_n_s16(0);
  const int16x8_t even = vqaddq_n_s16(vqmovntq_s32(vqmovnbq_s32(none, sums[0]), sums[1]), zero_point);
  const int16x8_t odd = vqaddq_n_s16(vqmovntq_s32(vqmovnbq_s32(none, sums[2]), sums[3]), zero_point);
  const int8x16_t all = vqmovntq_s16(vqmovnbq_s16(vdupq_n_s8(0), even), odd);
  return vminq_s8(vmaxq_s8(all, vdupq_n_s8((int8_t)conv->output_min)), vdupq_n_s8((int8_t)conv->output_max));
}

static inline void row(const edgecnn_depthwise_conv2d_mve_s8_params *p, const int8_t *rows, int8_t *output, int brief) {
  const edgecnn_conv2d_s8_params *conv = &p->conv;
  int32_t left = conv->geometry.output_width * conv->output_channels;
  for (; left > 0; left -= p->lanes, output += p->lanes, rows += p->advance) {
    block b = {conv->weights, conv->bias, conv->multipliers, conv->shifts};
    const int32_t lanes = left < p->lanes ? left : p->lanes;
    for (int32_t lane = 0; lane < lanes; lane += LANES) {
      vstrbq_p_s8(output + lane, codes(p, rows + lane, &b, brief), vctp8q((uint32_t)(lanes - lane)));
      b.weights += 2 * p->pairs * LANES;
      b.bias += LANES;
      b.multipliers += LANES;
      b.shifts += 2 * LANES;
    }
  }
}

EDGECNN_KERNEL void edgecnn_depthwise_conv2d_mve_s8(const edgecnn_depthwise_conv2d_mve_s8_params *p,
                                                    const int8_t *input, int8_t *output, int8_t *scratch) {
  const edgecnn_conv2d_s8_params *conv = &p->conv;
  const int32_t size = p->columns * conv->output_channels;
  for (int32_t oy = 0; oy < conv->geometry.output_height; oy++) {
    for (int32_t ky = 0; ky < conv->geometry.filter_height; ky++) {
      const int32_t y = oy * conv->geometry.stride_height - conv->geometry.pad_top + ky * conv->dilation_height;
      copy_row(p, input, y, scratch + ky * size);
    }
    if (p->brief) {
      row(p, scratch, output, 1);
    } else {
      row(p, scratch, output, 0);
    }
    output += conv->geometry.output_width * conv->output_channels;
  }
}

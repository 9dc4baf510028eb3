/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_taps_s8.h"

#include "conv2d_blocks_mve_s8.h"

enum { TAPS = 2 * EDGECNN_VECTOR };

typedef struct {
  const edgecnn_conv2d_taps_s8_params *params;
  int32_t *sums;         /* [EDGECNN_BLOCK][stride] */
  int32_t stride, pairs; /* of channels */
} context;

/*
 * All channels' sums of two windows, whose taps stay in registers. VMLADAV wants even ones for its sums; no partial sum
 * leaves int32: proved.
 */
static inline void two_windows(const context *c, const int8_t *a, const int8_t *b, int in_place, int32_t *sums) {
  int8x16_t a0, a1, b0, b1;
  if (in_place) {
    const uint8x16_t first = vld1q_u8(c->params->offsets), second = vld1q_u8(c->params->offsets + EDGECNN_VECTOR);
    a0 = vldrbq_gather_offset_s8(a, first), a1 = vldrbq_gather_offset_s8(a, second);
    b0 = vldrbq_gather_offset_s8(b, first), b1 = vldrbq_gather_offset_s8(b, second);
  } else {
    a0 = vld1q_s8(a), a1 = vld1q_s8(a + EDGECNN_VECTOR);
    b0 = vld1q_s8(b), b1 = vld1q_s8(b + EDGECNN_VECTOR);
  }
  const int8_t *weights = c->params->pooled.conv.weights;
  int32_t *sums_b = sums + c->stride, sa, sb, ta, tb;
  /* clang-format off */
  __asm__ volatile(
      "dls lr, %[pairs]\n\t"
      "1: vldrb.8 q6, [%[w]], #64\n\t"
      "vldrb.8 q7, [%[w], #-48]\n\t"
      "vmladav.s8 %[sa], %q[a0], q6\n\t" "vmladav.s8 %[sb], %q[b0], q6\n\t"
      "vldrb.8 q6, [%[w], #-32]\n\t"
      "vmladava.s8 %[sa], %q[a1], q7\n\t" "vmladava.s8 %[sb], %q[b1], q7\n\t"
      "vldrb.8 q7, [%[w], #-16]\n\t"
      "vmladav.s8 %[ta], %q[a0], q6\n\t" "vmladav.s8 %[tb], %q[b0], q6\n\t"
      "vmladava.s8 %[ta], %q[a1], q7\n\t" "vmladava.s8 %[tb], %q[b1], q7\n\t"
      "strd %[sa], %[ta], [%[a]], #8\n\t" "strd %[sb], %[tb], [%[b]], #8\n\t"
      "le lr, 1b\n\t"
      : [w] "+r"(weights), [a] "+r"(sums), [b] "+r"(sums_b), [sa] "=&Te"(sa), [sb] "=&Te"(sb), [ta] "=&Te"(ta),
        [tb] "=&Te"(tb)
      : [pairs] "r"(c->pairs), [a0] "w"(a0), [a1] "w"(a1), [b0] "w"(b0), [b1] "w"(b1)
      : "lr", "q6", "q7", "memory");
  /* clang-format on */
}

static __attribute__((noinline)) void compute(const void *params, const edgecnn_run *run, const edgecnn_block *block) {
  const context *c = params;
  const edgecnn_conv2d_s8_params *conv = &c->params->pooled.conv;
  const int32_t stride = c->stride, all = conv->output_channels;
  int32_t *const sums = c->sums;
  const int8_t *first = run->first;
  int8_t *output = block->output;
  for (int32_t i = run->count; i > 0; i--, first += run->step, output += all) {
    two_windows(c, first + run->at[0], first + run->at[1], run->in_place, sums);
    two_windows(c, first + run->at[2], first + run->at[3], run->in_place, sums + 2 * stride);
    edgecnn_channels channels = edgecnn_channels_of(conv);
    for (int32_t oc = 0; oc < all; oc += EDGECNN_BLOCK) {
      edgecnn_block_write(block, &channels, output + oc, all - oc, sums + oc, stride);
    }
  }
}

EDGECNN_KERNEL void edgecnn_conv2d_taps_s8(const edgecnn_conv2d_taps_s8_params *p, const int8_t *input, int8_t *output,
                                           int8_t *scratch) {
  const edgecnn_conv2d_s8_params *conv = &p->pooled.conv;
  const int32_t stride = (conv->output_channels + EDGECNN_BLOCK - 1) & -EDGECNN_BLOCK;
  const context c = {p, (int32_t *)(void *)scratch, stride, (conv->output_channels + 1) / 2};
  int8_t *patches = scratch + 4 * EDGECNN_BLOCK * stride;
  edgecnn_conv2d_blocks(&p->pooled, input, output, patches, conv->geometry.filter_width * conv->geometry.input_channels,
                        TAPS, p->in_place, compute, &c);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mean_mve_s8.h"

#include "requantize_mve_s8.h"

enum { FOUR = 4 };

EDGECNN_KERNEL void edgecnn_mean_mve_s8(const edgecnn_mean_mve_s8_params *p, const int8_t *input, int8_t *output) {
  const int32x4_t multiplier = vdupq_n_s32(p->multiplier);
  const int32x4_t left = vdupq_n_s32(p->shift > 0 ? p->shift : 0), right = vdupq_n_s32(p->shift > 0 ? 0 : p->shift);
  for (int32_t row = 0; row < p->rows; row++, input += p->count * p->depth, output += p->depth) {
    for (int32_t c = 0; c < p->depth; c += FOUR) {
      const mve_pred16_t there = vctp32q((uint32_t)(p->depth - c));
      const int8_t *codes = input + c;
      int32x4_t sum = vdupq_n_s32(p->bias); /* |bias| + count * 128 is within the proved bound */
      for (int32_t i = p->count; i > 0; i--, codes += p->depth) sum = vaddq_s32(sum, vldrbq_z_s32(codes, there));
      sum = vaddq_n_s32(edgecnn_mbqm_mve(sum, multiplier, left, right), p->output_zero_point);
      vstrbq_p_s32(output + c, vminq_s32(vmaxq_s32(sum, vdupq_n_s32(-128)), vdupq_n_s32(127)), there);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "add_mve_s8.h"

#include "requantize_mve_s8.h"

enum { FOUR = 4 };

EDGECNN_KERNEL void edgecnn_add_mve_s8(const edgecnn_add_mve_s8_params *p, const int8_t *input1, const int8_t *input2,
                                       int8_t *output) {
  const int8_t *coarse = p->coarse ? input2 : input1, *fine = p->coarse ? input1 : input2;
  const int32x4_t none = vdupq_n_s32(0);
  const int32x4_t multiplier = vdupq_n_s32(p->multiplier), fine_multiplier = vdupq_n_s32(p->fine_multiplier);
  for (int32_t left = p->size; left > 0; left -= FOUR, coarse += FOUR, fine += FOUR, output += FOUR) {
    const mve_pred16_t there = vctp32q((uint32_t)left);
    /* |code - zero point| <= 255, and 255 * 2^20 < 2^28 */
    const int32x4_t a = vmulq_n_s32(vsubq_n_s32(vldrbq_z_s32(coarse, there), p->zero_point), p->factor);
    const int32x4_t b = vshlq_n_s32(vsubq_n_s32(vldrbq_z_s32(fine, there), p->fine_zero_point), 20);
    const int32x4_t scaled = edgecnn_mbqm_mve(b, fine_multiplier, none, vdupq_n_s32(p->fine_shift));
    const int32x4_t sum = vmlaq_n_s32(a, scaled, p->sign);
    int32x4_t x = edgecnn_mbqm_mve(sum, multiplier, vdupq_n_s32(p->left), vdupq_n_s32(p->right));
    x = vaddq_n_s32(x, p->output_zero_point);
    x = vminq_s32(vmaxq_s32(x, vdupq_n_s32(p->output_min)), vdupq_n_s32(p->output_max));
    vstrbq_p_s32(output, x, there);
  }
}

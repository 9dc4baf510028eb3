/* SPDX-License-Identifier: Apache-2.0 */
#include "add_same_neon_s8.h"

#include "neon_layer.h"

/* edgecnn_mbqm by multiplier and shift `i`. */
EDGECNN_NEON_INLINE int32x4_t scale(const edgecnn_add_same_neon_s8_params *p, int i, int32x4_t x) {
  const int32x4_t shift = vdupq_n_s32(p->shifts[i]), zero = vdupq_n_s32(0);
  return edgecnn_neon_mbqm(x, vmaxq_s32(shift, zero), vdupq_n_s32(p->multipliers[i]), vminq_s32(shift, zero));
}

/* The sum of four differences of codes and zero points, |a|, |b| <= 255: 255 * 2^20 < 2^28. */
EDGECNN_NEON_INLINE int32x4_t add(const edgecnn_add_same_neon_s8_params *p, int16x4_t a, int16x4_t b) {
  const int32x4_t first = scale(p, 0, vshlq_n_s32(vmovl_s16(a), 20));
  const int32x4_t second = scale(p, 1, vshlq_n_s32(vmovl_s16(b), 20));
  return scale(p, 2, vmlaq_s32(first, second, vdupq_n_s32(p->sign)));
}

EDGECNN_NEON_INLINE int8x8_t add_eight(const edgecnn_add_same_neon_s8_params *p, int8x8_t x1, int8x8_t x2) {
  const int16x8_t a = vsubl_s8(x1, vdup_n_s8((int8_t)p->zero_point1));
  const int16x8_t b = vsubl_s8(x2, vdup_n_s8((int8_t)p->zero_point2));
  return edgecnn_neon_codes(add(p, vget_low_s16(a), vget_low_s16(b)), add(p, vget_high_s16(a), vget_high_s16(b)),
                            p->output_zero_point, p->output_min, p->output_max);
}

EDGECNN_KERNEL void edgecnn_add_same_neon_s8(const edgecnn_add_same_neon_s8_params *params, const int8_t *input1,
                                             const int8_t *input2, int8_t *output) {
  const edgecnn_add_same_neon_s8_params p = *params; /* which the output cannot overwrite */
  const int32_t rest = p.size % 8;
  for (const int8_t *end = output + (p.size - rest); output < end; input1 += 8, input2 += 8, output += 8) {
    vst1_s8(output, add_eight(&p, vld1_s8(input1), vld1_s8(input2)));
  }
  if (rest) {
    int8x8_t x1 = vdup_n_s8(0), x2 = x1;
    memcpy(&x1, input1, (size_t)rest);
    memcpy(&x2, input2, (size_t)rest);
    edgecnn_neon_store(output, add_eight(&p, x1, x2), rest);
  }
}

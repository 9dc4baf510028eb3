/* SPDX-License-Identifier: Apache-2.0 */
#include "add_s8.h"

#include "fixed_point.h"

static int8_t sum(const EDGECNN_FLASH edgecnn_add_s8_params *p, int32_t code1, int32_t code2) {
  /* |code - zero point| <= 255, and 255 * 2^20 < 2^28 */
  const int32_t a = edgecnn_mbqm((code1 - p->zero_point1) * ((int32_t)1 << 20), p->multiplier1, (int)p->shift1);
  const int32_t b = edgecnn_mbqm((code2 - p->zero_point2) * ((int32_t)1 << 20), p->multiplier2, (int)p->shift2);
  const int32_t code = edgecnn_mbqm(a + p->sign * b, p->multiplier, (int)p->shift) + p->output_zero_point;
  return edgecnn_clamp(code, p->output_min, p->output_max);
}

EDGECNN_KERNEL void edgecnn_add_s8(const EDGECNN_FLASH edgecnn_add_s8_params *p, const int8_t *input1,
                                   const int8_t *input2, int8_t *output) {
  const EDGECNN_FLASH int32_t *s1 = p->steps1, *s2 = p->steps2;
  for (int32_t i = 0; i < p->shape[0]; i++) {
    for (int32_t j = 0; j < p->shape[1]; j++) {
      for (int32_t k = 0; k < p->shape[2]; k++) {
        const int8_t *row1 = input1 + i * s1[0] + j * s1[1] + k * s1[2];
        const int8_t *row2 = input2 + i * s2[0] + j * s2[1] + k * s2[2];
        for (int32_t l = 0; l < p->shape[3]; l++) *output++ = sum(p, row1[l * s1[3]], row2[l * s2[3]]);
      }
    }
  }
}

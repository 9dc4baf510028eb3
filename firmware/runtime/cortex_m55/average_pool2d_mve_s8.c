/* SPDX-License-Identifier: Apache-2.0 */
#include "average_pool2d_mve_s8.h"

#include "pool2d_mve_s8.h"

enum { FOUR = 4 };

/* The means, half away from zero; |sum| + count / 2 <= 129 * count < 2^31: proved when the code is generated. */
static void means(const edgecnn_pool2d_s8_params *p, const edgecnn_under *under, int8_t *output) {
  const int32_t count = under->rows * under->columns, half = count / 2;
  for (int32_t c = 0; c < p->geometry.input_channels; c += FOUR) {
    const mve_pred16_t there = vctp32q((uint32_t)(p->geometry.input_channels - c));
    int32x4_t sum = vdupq_n_s32(0);
    for (int32_t y = 0; y < under->rows; y++) {
      const int8_t *tap = under->first + y * under->row_step + c;
      for (int32_t x = under->columns; x > 0; x--, tap += p->geometry.input_channels) {
        sum = vaddq_s32(sum, vldrbq_z_s32(tap, there));
      }
    }
    int32_t codes[FOUR];
    vst1q_s32(codes, sum);
    for (int i = 0; i < FOUR; i++) codes[i] = (codes[i] > 0 ? codes[i] + half : codes[i] - half) / count;
    sum = vmaxq_s32(vld1q_s32(codes), vdupq_n_s32(p->output_min));
    vstrbq_p_s32(output + c, vminq_s32(sum, vdupq_n_s32(p->output_max)), there);
  }
}

EDGECNN_KERNEL void edgecnn_average_pool2d_mve_s8(const edgecnn_average_pool2d_mve_s8_params *p, const int8_t *input,
                                                  int8_t *output) {
  edgecnn_pool2d_mve(p, input, output, means);
}

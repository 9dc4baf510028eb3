/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_mve_s8.h"

#include "requantize_mve_s8.h"

enum { VECTOR = 16, CHANNELS = 4 };

/* The sum of the channel whose next weights are the k-th: the products of the codes that are there are added. */
#define ADD(sum, k) vmladavaq_p_s8(sum, codes, vldrbq_z_s8(weights + (k) * VECTOR, there), there)

EDGECNN_KERNEL void edgecnn_fully_connected_mve_s8(const edgecnn_fully_connected_mve_s8_params *p, const int8_t *input,
                                                   int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++, input += p->input_depth) {
    edgecnn_channels channels = {p->bias,       p->multipliers, p->shifts, p->output_zero_point,
                                 p->output_min, p->output_max};
    const int8_t *weights = p->weights;
    for (int32_t left = p->output_channels; left > 0; left -= CHANNELS) {
      int32_t a = 0, b = 0, c = 0, d = 0;
      const int8_t *x = input;
      for (int32_t i = p->input_depth; i > 0; i -= VECTOR, x += VECTOR, weights += CHANNELS * VECTOR) {
        const mve_pred16_t there = vctp8q((uint32_t)i);
        const int8x16_t codes = vldrbq_z_s8(x, there);
        a = ADD(a, 0), b = ADD(b, 1), c = ADD(c, 2), d = ADD(d, 3); /* no partial sum leaves int32: proved */
      }
      __asm__(""
              : "+r"(a), "+r"(b), "+r"(c), "+r"(d)); /* else clang keeps them in a vector, and moves them each time */
      const int32_t sums[CHANNELS] = {a, b, c, d};
      const edgecnn_four four = edgecnn_next_four(&channels);
      const int32_t count = left < CHANNELS ? left : CHANNELS;
      vstrbq_p_s32(output, edgecnn_requantize(&channels, &four, vld1q_s32(sums)), vctp32q((uint32_t)count));
      output += count;
    }
  }
}

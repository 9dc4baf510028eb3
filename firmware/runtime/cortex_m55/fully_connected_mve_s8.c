#include "fully_connected_mve_s8.h"

#include "requantize_mve_s8.h"

enum { VECTOR = 16, CHANNELS = 4 };

/* The sums of four channels: those of VECTOR codes are added. No partial sum leaves int32: proved. */
#define ADD(x)                                                                                                    \
  a = vmladavaq_s8(a, x, vld1q_s8(weights)), b = vmladavaq_s8(b, x, vld1q_s8(weights + VECTOR)),                  \
  c = vmladavaq_s8(c, x, vld1q_s8(weights + 2 * VECTOR)), d = vmladavaq_s8(d, x, vld1q_s8(weights + 3 * VECTOR)), \
  weights += CHANNELS * VECTOR

void edgecnn_fully_connected_mve_s8(const edgecnn_fully_connected_mve_s8_params *p, const int8_t *input,
                                    int8_t *output) {
  const int32_t whole = p->input_depth / VECTOR, rest = p->input_depth % VECTOR;
  for (int32_t row = 0; row < p->rows; row++, input += p->input_depth) {
    edgecnn_channels channels = {p->bias,       p->multipliers, p->shifts, p->output_zero_point,
                                 p->output_min, p->output_max};
    const int8_t *weights = p->weights;
    for (int32_t left = p->output_channels; left > 0; left -= CHANNELS) {
      int32_t a = 0, b = 0, c = 0, d = 0;
      const int8_t *x = input;
      for (int32_t i = whole; i > 0; i--, x += VECTOR) {
        const int8x16_t codes = vld1q_s8(x);
        ADD(codes);
      }
      if (rest) {
        const int8x16_t codes = vldrbq_z_s8(x, vctp8q((uint32_t)rest));
        ADD(codes);
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

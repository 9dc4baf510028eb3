/* SPDX-License-Identifier: Apache-2.0 */
#include "add_same_s8.h"

#include "dsp.h"

/* The code's distance from the zero point on the common scale, 2^20 times as fine; (code - zero) * 2^22 < 2^30. */
static inline int32_t on_common_scale(int32_t code, int32_t zero_point, const int32_t scale[4]) {
  return edgecnn_rescale((code - zero_point) * (1 << 22), scale);
}

EDGECNN_KERNEL void edgecnn_add_same_s8(const edgecnn_add_same_s8_params *p, const int8_t *input1, const int8_t *input2,
                                        int8_t *output) {
  const int32_t *scales = p->scales;
  const int32_t zero1 = p->zero_point1, zero2 = p->zero_point2, sign = p->sign;
  EDGECNN_ROLLED for (int32_t i = 0; i < p->size; i++) {
    const int32_t a = on_common_scale(input1[i], zero1, scales);
    const int32_t b = on_common_scale(input2[i], zero2, scales + 4);
    const int32_t *q = scales + 8;
    output[i] = edgecnn_requantize((a + sign * b) * 4, &q); /* |a + b| * 4 < 2^31: proved when the code is generated */
  }
  edgecnn_narrow(output, p->size, p->output_min, p->output_max);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_conv2d_neon_s8.h"

#include "neon_widen.h"

static inline int16x8_t load(const int8_t *codes) {
  return vreinterpretq_s16_s8(vld1q_s8(codes));
}

/* One block of four windows; an int16 of the copy or of the weights is a channel. */
EDGECNN_NEON_INLINE edgecnn_neon_sums add(const edgecnn_neon_conv2d *p, const int8_t *const *windows, int32_t block) {
  const int8_t *weights = p->layer.weights + block * p->layer.groups * 16;
  edgecnn_neon_sums sums;
  EDGECNN_NEON_UNROLL
  for (int i = 0; i < EDGECNN_NEON_WINDOWS; i++) {
    sums.of[i][0] = vld1q_s32(p->layer.bias + block * EDGECNN_NEON_CHANNELS);
    sums.of[i][1] = vld1q_s32(p->layer.bias + block * EDGECNN_NEON_CHANNELS + 4);
  }
  for (int32_t tap = 0; tap < p->layer.groups; tap++, weights += 16) {
    const int16x8_t w = load(weights);
    EDGECNN_NEON_UNROLL
    for (int i = 0; i < EDGECNN_NEON_WINDOWS; i++) {
      const int16x8_t x = load(windows[i] + p->offsets[tap] + block * 16);
      sums.of[i][0] = vmlal_s16(sums.of[i][0], vget_low_s16(x), vget_low_s16(w));
      sums.of[i][1] = vmlal_s16(sums.of[i][1], vget_high_s16(x), vget_high_s16(w));
    }
  }
  return sums;
}

/* Its sums are `add`'s. */
static const edgecnn_neon_way wide = {2, 0, 0, edgecnn_neon_widen};

EDGECNN_NEON_INLINE void pixels(const edgecnn_neon_way *way, const edgecnn_neon_conv2d *p, const int8_t *const *windows,
                                int32_t count, int32_t block, int blocks, int8_t *output) {
  (void)way;
  for (int j = 0; j < blocks; j++) {
    const edgecnn_neon_sums sums = add(p, windows, block + j);
    edgecnn_neon_write(&p->layer, &sums, count, block + j, 1, output);
  }
}

EDGECNN_KERNEL void edgecnn_depthwise_conv2d_neon_s8(const edgecnn_depthwise_conv2d_neon_s8_params *p,
                                                     const int8_t *input, int8_t *output, int8_t *scratch) {
  edgecnn_neon_convolve(&wide, pixels, p, input, output, scratch);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_neon_s8.h"

#include "neon_way.h"

EDGECNN_KERNEL void edgecnn_conv2d_neon_s8(const edgecnn_conv2d_neon_s8_params *p, const int8_t *input, int8_t *output,
                                           int8_t *scratch) {
  edgecnn_neon_convolve(&edgecnn_neon_best, edgecnn_neon_pixels_of_all, p, input, output, scratch);
}

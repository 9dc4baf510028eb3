/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_pairs_s8.h"

#include "pair_block_w8.h"

EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_pairs_s8(const edgecnn_conv2d_max_pool2d_pairs_s8_params *p,
                                                       const int8_t *input, int8_t *output, int8_t *scratch) {
  edgecnn_conv2d_max_pool2d_pairs(p, input, output, scratch, edgecnn_pair_block_w8);
}

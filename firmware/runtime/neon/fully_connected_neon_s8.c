/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_neon_s8.h"

#include "neon_way.h"

EDGECNN_KERNEL void edgecnn_fully_connected_neon_s8(const edgecnn_fully_connected_neon_s8_params *p,
                                                    const int8_t *input, int8_t *output, int8_t *scratch) {
  edgecnn_neon_connect(&edgecnn_neon_best, p, input, output, scratch);
}

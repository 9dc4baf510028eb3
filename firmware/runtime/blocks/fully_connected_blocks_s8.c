/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_blocks_s8.h"

#include "vectors_s8.h"

EDGECNN_KERNEL void edgecnn_fully_connected_blocks_s8(const edgecnn_fully_connected_blocks_s8_params *p,
                                                      const int8_t *input, int8_t *output, int8_t *scratch) {
  static const int8_t zeros[2 * EDGECNN_TAPS] = {0};
  const edgecnn_widen *widen = edgecnn_blocks_widen();
  widen->codes(input, p->depth, scratch);
  widen->codes(zeros, p->missing, scratch + p->depth * widen->size);
  edgecnn_blocks_vector()(&p->layer, scratch, output);
}

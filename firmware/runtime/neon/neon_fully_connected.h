/* SPDX-License-Identifier: Apache-2.0 */
/* The NEON fully connected layers, whatever multiplies. */
#ifndef EDGECNN_NEON_FULLY_CONNECTED_H
#define EDGECNN_NEON_FULLY_CONNECTED_H

#include "neon_windows.h"

typedef struct {
  edgecnn_neon_layer layer;
  int32_t depth;   /* of the input, one row */
  int32_t missing; /* taps of the quads beyond it */
} edgecnn_neon_fully_connected;

/* `blocks` blocks of the window that is the whole copy. */
EDGECNN_NEON_INLINE void edgecnn_neon_dense(const edgecnn_neon_way *way, const edgecnn_neon_fully_connected *p,
                                            const int8_t *copy, int32_t block, int blocks, int8_t *output) {
  const edgecnn_neon_layer *l = &p->layer;
  const edgecnn_neon_sums sums = edgecnn_neon_add(way, l, 0, &copy, 1, block, blocks, 1);
  EDGECNN_NEON_UNROLL
  for (int j = 0; j < blocks; j++) {
    const int32_t at = (block + j) * EDGECNN_NEON_CHANNELS;
    edgecnn_neon_store(output + at, edgecnn_neon_requantize(l, at, sums.of[0][2 * j], sums.of[0][2 * j + 1]),
                       l->channels - at);
  }
}

EDGECNN_NEON_INLINE void edgecnn_neon_connect(const edgecnn_neon_way *way, const edgecnn_neon_fully_connected *p,
                                              const int8_t *input, int8_t *output, int8_t *scratch) {
  static const int8_t zeros[EDGECNN_NEON_TAPS] = {0};
  const int32_t blocks = edgecnn_neon_blocks(&p->layer);
  way->copy(zeros, p->missing, way->copy(input, p->depth, scratch));
  int32_t block = 0;
  for (; block + EDGECNN_NEON_WIDE <= blocks; block += EDGECNN_NEON_WIDE) {
    edgecnn_neon_dense(way, p, scratch, block, EDGECNN_NEON_WIDE, output);
  }
  if (block < blocks) edgecnn_neon_dense(way, p, scratch, block, 1, output);
}

#endif

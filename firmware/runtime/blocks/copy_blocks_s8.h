/* SPDX-License-Identifier: Apache-2.0 */
/* The copy of the input in which convolutions in blocks have all their windows. */
#ifndef EDGECNN_COPY_BLOCKS_S8_H
#define EDGECNN_COPY_BLOCKS_S8_H

#include "conv2d_blocks_s8.h"
#include "vectors_s8.h"

/* Extends the copy by zeros and returns its end. */
static inline int8_t *edgecnn_blocks_zeros(const edgecnn_widen *widen, int32_t zero, int32_t count, int8_t *copy) {
  int8_t zeros[64];
  for (int i = 0; i < 64; i++) zeros[i] = (int8_t)zero;
  for (int32_t i = 0; i < count; i += 64) {
    const int32_t part = count - i < 64 ? count - i : 64;
    widen->codes(zeros, part, copy);
    copy += part * widen->size;
  }
  return copy;
}

/* Copies the input and the zeros around it. */
static inline void edgecnn_blocks_copy(const edgecnn_conv2d_blocks_s8_params *p, const edgecnn_widen *widen,
                                       const int8_t *input, int8_t *copy) {
  int32_t gap = p->above;
  for (int32_t y = 0; y < p->rows; y++, input += p->input_row) {
    copy = edgecnn_blocks_zeros(widen, p->zero, gap, copy);
    widen->codes(input, p->row, copy);
    copy += p->row * widen->size;
    gap = p->between;
  }
  edgecnn_blocks_zeros(widen, p->zero, p->below, copy);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What computes on x86-64, by the instructions that the processor has. */
#ifndef EDGECNN_VECTORS_S8_H
#define EDGECNN_VECTORS_S8_H

#include "x86_any.h"
#include "x86_avx2.h"
#include "x86_vnni.h"

enum { EDGECNN_TAPS = EDGECNN_X86_TAPS };

/* All tables are by EDGECNN_X86_VNNI ... */
static inline const edgecnn_widen *edgecnn_blocks_widen(void) {
  static const edgecnn_widen widens[] = {{1, edgecnn_vnni_widen}, {2, edgecnn_avx2_widen}, {1, edgecnn_any_widen}};
  return &widens[edgecnn_x86_instructions()];
}

static inline edgecnn_pixels *edgecnn_blocks_pixels(void) {
  static edgecnn_pixels *const pixels[] = {edgecnn_vnni_pixels, edgecnn_avx2_pixels, edgecnn_any_pixels};
  return pixels[edgecnn_x86_instructions()];
}

static inline edgecnn_pixels *edgecnn_blocks_maximum(void) {
  static edgecnn_pixels *const maxima[] = {edgecnn_vnni_maximum, edgecnn_avx2_maximum, edgecnn_any_maximum};
  return maxima[edgecnn_x86_instructions()];
}

static inline edgecnn_vector *edgecnn_blocks_vector(void) {
  static edgecnn_vector *const vectors[] = {edgecnn_vnni_vector, edgecnn_avx2_vector, edgecnn_any_vector};
  return vectors[edgecnn_x86_instructions()];
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the x86-64 kernels share: the size of blocks, and which instructions this processor has. */
#ifndef EDGECNN_X86_LAYER_H
#define EDGECNN_X86_LAYER_H

#include <string.h>

#include "blocks_s8.h"

enum { EDGECNN_X86_CHANNELS = 16, EDGECNN_X86_TAPS = 4 }; /* of a block, and of a group: a quad */

/* The instructions to compute with, best first: the rows of the kernels' tables. */
enum { EDGECNN_X86_VNNI, EDGECNN_X86_AVX2, EDGECNN_X86_ANY };

/* Tests and benchmarks begin the search later, to see each row at work. */
#ifndef EDGECNN_X86_FIRST
#define EDGECNN_X86_FIRST EDGECNN_X86_VNNI
#endif

static inline int edgecnn_x86_vnni(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

static inline int edgecnn_x86_avx2(void) {
  return __builtin_cpu_supports("avx2");
}

static inline int edgecnn_x86_any(void) {
  return 1;
}

static inline int edgecnn_x86_instructions(void) {
  static int (*const there[])(void) = {edgecnn_x86_vnni, edgecnn_x86_avx2, edgecnn_x86_any};
  int row = EDGECNN_X86_FIRST;
  while (!there[row]()) row++;
  return row;
}

static inline int32_t edgecnn_x86_blocks(const edgecnn_blocks *l) {
  return (l->channels + EDGECNN_X86_CHANNELS - 1) / EDGECNN_X86_CHANNELS;
}

static inline const int8_t *edgecnn_x86_weights(const edgecnn_blocks *l, int32_t block) {
  return l->weights + block * l->groups * EDGECNN_X86_CHANNELS * EDGECNN_X86_TAPS;
}

#endif

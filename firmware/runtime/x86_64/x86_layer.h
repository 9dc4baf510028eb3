/* What the x86-64 kernels share: a layer as they read it, and which instructions this processor has for it. */
#ifndef EDGECNN_X86_LAYER_H
#define EDGECNN_X86_LAYER_H

#include <stdint.h>
#include <string.h>

#include "flash.h"

enum { EDGECNN_X86_CHANNELS = 16, EDGECNN_X86_TAPS = 4, EDGECNN_X86_WINDOWS = 4 };

/*
 * Four taps of a window that lie side by side in the input are a quad; 16 channels are a block. The input is read as
 * code + 128, 0 .. 255: 128 * (sum of weights) is taken off the bias, which may wrap around int32 as the sum of taps
 * and bias does not. The sum of taps alone never leaves int32, nor does a rounding to the right: proved.
 */
typedef struct {
  int32_t channels, quads;
  int32_t output_zero_point;                   /* -128 .. 127 */
  int32_t output_min, output_max;              /* of the activation, within -128 .. 127 */
  const EDGECNN_FLASH int8_t *weights;         /* [blocks][quads][16][4], 0 where there is no channel or tap */
  const EDGECNN_FLASH int32_t *bias;           /* [blocks * 16] */
  const EDGECNN_FLASH int32_t *multipliers;    /* [blocks * 16], see edgecnn_mbqm */
  const EDGECNN_FLASH int32_t *lefts, *rights; /* [blocks * 16]: the shift, if positive, and if negative */
} edgecnn_x86_layer;

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

static inline int32_t edgecnn_x86_blocks(const edgecnn_x86_layer *l) {
  return (l->channels + EDGECNN_X86_CHANNELS - 1) / EDGECNN_X86_CHANNELS;
}

static inline const int8_t *edgecnn_x86_weights(const edgecnn_x86_layer *l, int32_t block) {
  return l->weights + block * l->quads * EDGECNN_X86_CHANNELS * EDGECNN_X86_TAPS;
}

#endif

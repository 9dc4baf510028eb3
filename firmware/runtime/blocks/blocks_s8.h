/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers packed for vectors (edgecnn/targets/blocks.py): a core multiplies a group of taps, which lie side by side in
 * the input, with their weights in a block of channels. Its vectors_s8.h says how many of each are one, how shifts are
 * stated, and what computes: edgecnn_blocks_widen(), _pixels(), _maximum() and _vector().
 */
#ifndef EDGECNN_BLOCKS_S8_H
#define EDGECNN_BLOCKS_S8_H

#include <stdint.h>

#include "flash.h"

/*
 * The input is read as code + 128, 0 .. 255: 128 * (sum of weights) is taken off the bias, which may wrap around int32
 * as the sum of taps and bias does not. The sum of taps alone never leaves int32, nor does a rounding to the right:
 * proved.
 */
typedef struct {
  int32_t channels, groups;
  int32_t output_zero_point;                /* -128 .. 127 */
  int32_t output_min, output_max;           /* of the activation, within -128 .. 127 */
  const EDGECNN_FLASH int8_t *weights;      /* [blocks][groups][channels][taps], 0 where there is no channel or tap */
  const EDGECNN_FLASH int32_t *bias;        /* [blocks][channels], as all that follow */
  const EDGECNN_FLASH int32_t *multipliers; /* see edgecnn_mbqm */
  const EDGECNN_FLASH int32_t *lefts, *rights; /* the shift, if positive, and if negative */
} edgecnn_blocks;

enum { EDGECNN_WINDOWS = 4 }; /* at once */

/* copy[0 .. count - 1] = codes + 128, in `size` bytes each */
typedef struct {
  int32_t size;
  void (*codes)(const int8_t *codes, int32_t count, void *copy);
} edgecnn_widen;

/*
 * Either `count` pixels, 1 .. 4, of the windows at copy + at[0 .. 3], or one pixel: the maximum over the windows at
 * copy + at[0 .. count - 1], where `count` is a multiple of four.
 */
typedef void edgecnn_pixels(const edgecnn_blocks *, const int32_t *offsets, const void *copy, const int32_t *at,
                            int32_t count, int8_t *output);

/* All channels of one window without gaps, whose groups are an even number. */
typedef void edgecnn_vector(const edgecnn_blocks *, const void *copy, int8_t *output);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the convolutions with MVE share: blocks of four windows under a pool. */
#ifndef EDGECNN_CONV2D_BLOCKS_MVE_S8_H
#define EDGECNN_CONV2D_BLOCKS_MVE_S8_H

#include "conv2d_max_pool2d_s8.h"
#include "patch_mve_s8.h"
#include "requantize_mve_s8.h"

#define EDGECNN_BLOCK  4  /* windows; also the channels of one requantization */
#define EDGECNN_VECTOR 16 /* codes */

/* Where the windows of a block lie, seen from the first: rows, columns and bytes. */
typedef struct {
  int32_t y[EDGECNN_BLOCK], x[EDGECNN_BLOCK], at[EDGECNN_BLOCK];
  int32_t bottom, right; /* the last input row and column that any of them reaches */
} edgecnn_corners;

/* Of the pool's pixels first .. first + 3, counted row by row; behind its end they are its last again. */
EDGECNN_SHARED void edgecnn_corners_of(const edgecnn_conv2d_max_pool2d_s8_params *pool, int32_t first,
                                       edgecnn_corners *corners) {
  const edgecnn_conv2d_s8_params *p = &pool->conv;
  const int32_t width = pool->pool_width, last = pool->pool_height * width - 1;
  int32_t bottom = 0, right = 0;
  EDGECNN_ROLLED for (int32_t i = 0; i < EDGECNN_BLOCK; i++) {
    const int32_t pixel = first + i < last ? first + i : last;
    const int32_t y = pixel / width * p->geometry.stride_height, x = pixel % width * p->geometry.stride_width;
    corners->y[i] = y;
    corners->x[i] = x;
    corners->at[i] = (y * p->geometry.input_width + x) * p->geometry.input_channels;
    if (y > bottom) bottom = y;
    if (x > right) right = x;
  }
  corners->bottom = bottom + (p->geometry.filter_height - 1) * p->dilation_height;
  corners->right = right + (p->geometry.filter_width - 1) * p->dilation_width;
}

/* Where to put the codes of a block, and how. */
typedef struct {
  int8_t *output;
  int raise; /* whether output holds the maximum of the pool's earlier windows */
} edgecnn_block;

static inline edgecnn_channels edgecnn_channels_of(const edgecnn_conv2d_s8_params *p) {
  const edgecnn_channels channels = {p->bias,       p->multipliers, p->shifts, p->output_zero_point,
                                     p->output_min, p->output_max};
  return channels;
}

/* Write the largest codes of the next four channels, or of the `left` that are left; window i's at sums[i * stride]. */
static inline void edgecnn_block_write(const edgecnn_block *block, edgecnn_channels *channels, int8_t *output,
                                       int32_t left, const int32_t *sums, int32_t stride) {
  const edgecnn_four four = edgecnn_next_four(channels);
  const mve_pred16_t there = vctp32q((uint32_t)left);
  int32x4_t sum = vld1q_s32(sums);
  for (int i = 1; i < EDGECNN_BLOCK; i++) sum = vmaxq_s32(sum, vld1q_s32(sums += stride));
  int32x4_t codes = edgecnn_requantize(channels, &four, sum);
  if (block->raise) codes = vmaxq_s32(codes, vldrbq_z_s32(output, there));
  vstrbq_p_s32(output, codes, there);
}

/* The codes of a block that cannot be read where they lie, in patches of patch_size bytes. */
EDGECNN_SHARED void edgecnn_patches(const edgecnn_conv2d_s8_params *p, const int8_t *input, int32_t y, int32_t x,
                                    const edgecnn_corners *corners, int8_t *patches, int32_t row, int32_t size) {
  EDGECNN_ROLLED for (int i = 0; i < EDGECNN_BLOCK; i++) {
    edgecnn_patch(p, input, y + corners->y[i], x + corners->x[i], patches + i * size, row);
  }
}

/* Neighbouring blocks: window i of block k begins at first + k * step + at[i], in the input or in patches. */
typedef struct {
  const int8_t *first;
  const int32_t *at; /* [EDGECNN_BLOCK] */
  int32_t count, step;
  int in_place;
} edgecnn_run;

/* Computes a run of blocks, the first of which is written to block->output. */
typedef void edgecnn_run_compute(const void *params, const edgecnn_run *run, const edgecnn_block *block);

/*
 * Calls `compute` for all blocks; windows are read in place where `in_place` allows it and none of the block reaches
 * over the input's edge.
 */
static inline __attribute__((always_inline)) void edgecnn_conv2d_blocks(
    const edgecnn_conv2d_max_pool2d_s8_params *p, const int8_t *input, int8_t *output, int8_t *patches,
    int32_t patch_row, int32_t patch_size, int in_place, edgecnn_run_compute *compute, const void *params) {
  const edgecnn_conv2d_s8_params *conv = &p->conv;
  const int32_t row = p->pool_stride_height * conv->geometry.stride_height,
                column = p->pool_stride_width * conv->geometry.stride_width;
  const int32_t patch_at[EDGECNN_BLOCK] = {0, patch_size, 2 * patch_size, 3 * patch_size};
  for (int32_t tap = 0; tap < p->pool_height * p->pool_width; tap += EDGECNN_BLOCK) {
    edgecnn_corners corners;
    edgecnn_corners_of(p, tap, &corners);
    edgecnn_block block = {output, tap > 0};
    for (int32_t py = 0, y = -conv->geometry.pad_top; py < p->pooled_height; py++, y += row) {
      const int rows_inside = in_place && y >= 0 && y + corners.bottom < conv->geometry.input_height;
      const int8_t *line = input + y * conv->geometry.input_width * conv->geometry.input_channels;
      int32_t left = p->pooled_width, x = -conv->geometry.pad_left;
      while (left > 0) {
        const int32_t room = conv->geometry.input_width - 1 - corners.right - x; /* behind the block */
        edgecnn_run run = {patches, patch_at, 1, 0, 0};
        if (rows_inside && x >= 0 && room >= 0) {
          const int32_t fitting = room / column + 1;
          run.first = line + x * conv->geometry.input_channels;
          run.at = corners.at;
          run.count = left < fitting ? left : fitting;
          run.step = column * conv->geometry.input_channels;
          run.in_place = 1;
        } else {
          edgecnn_patches(conv, input, y, x, &corners, patches, patch_row, patch_size);
        }
        compute(params, &run, &block);
        block.output += run.count * conv->output_channels;
        left -= run.count;
        x += run.count * column;
      }
    }
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_swar_s8.h"

static int32_t larger(int32_t a, int32_t b) {
  return a > b ? a : b;
}

/* The sums of the windows `4 * block ...` of the pool whose first window is at (top, left), not all inside. */
static __attribute__((noinline)) const int32_t *edge_sums(const edgecnn_conv2d_max_pool2d_swar_s8_params *p,
                                                          const int8_t *input, int32_t top, int32_t left, int32_t block,
                                                          uint32_t *scratch) {
  const int32_t last = p->pool_height * p->pool_width - 1;
  int32_t y[EDGECNN_WINDOWS], x[EDGECNN_WINDOWS], ty = 0, tx = 0;
  for (int32_t tap = 0; tap < EDGECNN_WINDOWS * (block + 1); tap++) {
    const int32_t i = tap - EDGECNN_WINDOWS * block;
    if (i >= 0) y[i] = top + ty * p->conv.geometry.stride_height, x[i] = left + tx * p->conv.geometry.stride_width;
    if (tap < last && ++tx == p->pool_width) tx = 0, ty++; /* not by division, which the core lacks */
  }
  return edgecnn_patch_edge_sums(&p->conv, input, y, x, scratch);
}

/* Raise output[channels] to the codes of the largest sums; `first` sets them. */
static void raise_codes(const edgecnn_conv2d_swar_s8_params *p, const int32_t *sums, int first, int8_t *output) {
  const edgecnn_scale *scale = (const edgecnn_scale *)(const void *)p->scales;
  for (const int8_t *end = output + p->output_channels; output < end; output++, scale++, sums += EDGECNN_WINDOWS) {
    const int32_t sum = larger(larger(sums[0], sums[1]), larger(sums[2], sums[3]));
    const int8_t code = edgecnn_scale_code(&p->scale, scale, sum);
    if (first || code > *output) *output = code;
  }
}

EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_swar_s8(const edgecnn_conv2d_max_pool2d_swar_s8_params *p,
                                                      const int8_t *input, int8_t *output, int8_t *scratch) {
  const edgecnn_conv2d_swar_s8_params *conv = &p->conv;
  uint32_t *words = (uint32_t *)(void *)scratch;
  edgecnn_patch_windows windows = edgecnn_patch_shape(conv);
  for (int32_t py = 0; py < p->pooled_height; py++) {
    const int32_t top = py * p->pool_stride_height * conv->geometry.stride_height - conv->geometry.pad_top;
    for (int32_t px = 0; px < p->pooled_width; px++, output += conv->output_channels) {
      const int32_t left = px * p->pool_stride_width * conv->geometry.stride_width - conv->geometry.pad_left;
      const int inside = top >= 0 && left >= 0 && top <= p->last_y && left <= p->last_x;
      const int32_t *offsets = p->offsets;
      for (int32_t block = 0; block < p->blocks; block++) {
        const int32_t *sums;
        if (inside) {
          const int8_t *first = input + (top * conv->geometry.input_width + left) * conv->geometry.input_channels;
          for (int i = 0; i < EDGECNN_WINDOWS; i++) windows.first[i] = first + *offsets++;
          sums = edgecnn_patch_sums(conv, words, edgecnn_patch_interleave(&windows, words + 1));
        } else {
          sums = edge_sums(p, input, top, left, block, words);
        }
        raise_codes(conv, sums, block == 0, output);
      }
    }
  }
}

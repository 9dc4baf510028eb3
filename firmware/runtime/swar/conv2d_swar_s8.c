/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_swar_s8.h"

/* The sums of the four pixels of the output from (oy, ox) on; those beyond the row are of no use. */
static const int32_t *sums_at(const edgecnn_conv2d_swar_s8_params *p, const int8_t *input, int32_t oy, int32_t ox,
                              edgecnn_patch_windows *windows, uint32_t *scratch) {
  const int32_t top = oy * p->geometry.stride_height - p->geometry.pad_top,
                left = ox * p->geometry.stride_width - p->geometry.pad_left;
  const int32_t bottom = top + (p->geometry.filter_height - 1) * p->dilation_height;
  const int32_t right = left + 3 * p->geometry.stride_width + (p->geometry.filter_width - 1) * p->dilation_width;
  if (top >= 0 && left >= 0 && bottom < p->geometry.input_height && right < p->geometry.input_width) {
    for (int i = 0; i < EDGECNN_WINDOWS; i++) {
      windows->first[i] =
          input + (top * p->geometry.input_width + left + i * p->geometry.stride_width) * p->geometry.input_channels;
    }
    return edgecnn_patch_sums(p, scratch, edgecnn_patch_interleave(windows, scratch + 1));
  }
  int32_t y[EDGECNN_WINDOWS], x[EDGECNN_WINDOWS];
  for (int i = 0; i < EDGECNN_WINDOWS; i++) y[i] = top, x[i] = left + i * p->geometry.stride_width;
  return edgecnn_patch_edge_sums(p, input, y, x, scratch);
}

EDGECNN_KERNEL void edgecnn_conv2d_swar_s8(const edgecnn_conv2d_swar_s8_params *p, const int8_t *input, int8_t *output,
                                           int8_t *scratch) {
  const int32_t channels = p->output_channels;
  edgecnn_patch_windows windows = edgecnn_patch_shape(p);
  for (int32_t oy = 0; oy < p->geometry.output_height; oy++) {
    for (int32_t ox = 0; ox < p->geometry.output_width; ox += EDGECNN_WINDOWS) {
      const int32_t left = p->geometry.output_width - ox, pixels = left < EDGECNN_WINDOWS ? left : EDGECNN_WINDOWS;
      const int32_t *sums = sums_at(p, input, oy, ox, &windows, (uint32_t *)(void *)scratch);
      const edgecnn_scale *scale = (const edgecnn_scale *)(const void *)p->scales;
      for (int32_t oc = 0; oc < channels; oc++, scale++, sums += EDGECNN_WINDOWS) {
        for (int32_t i = 0; i < pixels; i++) output[i * channels + oc] = edgecnn_scale_code(&p->scale, scale, sums[i]);
      }
      output += pixels * channels;
    }
  }
}

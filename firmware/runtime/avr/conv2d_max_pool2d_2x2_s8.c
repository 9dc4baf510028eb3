/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_2x2_s8.h"

#include "overlapping.h"

EDGECNN_OVERLAPPING_SUMS(sums_of_3, 3)
EDGECNN_OVERLAPPING_SUMS(sums_of_5, 5)
EDGECNN_OVERLAPPING_COPY(copy_of_3, 3)
EDGECNN_OVERLAPPING_COPY(copy_of_5, 5)

/* As the copies above, of a row that may reach over the edge: (y, x) is where it begins. */
static __attribute__((noinline)) edgecnn_row_sums copy_of_edge(const edgecnn_conv2d_four_s8_params *p,
                                                               const int8_t *input, int16_t y, int16_t x, uint8_t *to) {
  const uint8_t below = (uint8_t)(2 * (p->geometry.filter_width + 1)), nothing = (uint8_t)(p->input_zero_point + 128);
  edgecnn_row_sums sums = {0, 0};
  for (uint8_t i = 0; i <= (uint8_t)p->geometry.filter_width; i++, x++, to += 2) {
    const int inside = y >= 0 && y < p->geometry.input_height && x >= 0 && x < p->geometry.input_width;
    const uint8_t code =
        inside ? (uint8_t)(input[(y * p->geometry.input_width + x) * p->geometry.input_channels] + 128) : nothing;
    to[1] = to[below] = code;
    if (i < (uint8_t)p->geometry.filter_width) sums.left = (uint16_t)(sums.left + code);
    if (i > 0) sums.right = (uint16_t)(sums.right + code);
  }
  return sums;
}

/* Fills the patch of the four windows whose top left corner is at (y, x), and starts[4], those of their sums. */
static __attribute__((noinline)) void gather(const edgecnn_conv2d_four_s8_params *p, const int8_t *input, int16_t y,
                                             int16_t x, uint8_t *patch, __uint24 starts[4]) {
  const uint8_t height = (uint8_t)p->geometry.filter_height, pairs = (uint8_t)(2 * (p->geometry.filter_width + 1));
  const int16_t channels = p->geometry.input_channels, step = (int16_t)(p->geometry.input_width * channels);
  const int inside = y >= 0 && y <= p->last_y && x >= 0 && x <= p->last_x, five = p->geometry.filter_width == 5;
  const int8_t *const corner = inside ? input + (y * p->geometry.input_width + x) * channels : input;
  __uint24 upper_left = 0, upper_right = 0, lower_left = 0, lower_right = 0;
  for (int16_t channel = 0; channel < channels; channel++) {
    const int8_t *from = corner + channel;
    for (uint8_t row = 0; row <= height; row++, patch += pairs, from += step) {
      edgecnn_row_sums sums;
      if (!inside) {
        sums = copy_of_edge(p, input + channel, (int16_t)(y + row), x, patch);
      } else if (five) {
        sums = copy_of_5(from, channels, patch);
      } else {
        sums = copy_of_3(from, channels, patch);
      }
      if (row < height) upper_left += sums.left, upper_right += sums.right;
      if (row > 0) lower_left += sums.left, lower_right += sums.right;
    }
  }
  starts[0] = edgecnn_sum_start(upper_left), starts[1] = edgecnn_sum_start(upper_right);
  starts[2] = edgecnn_sum_start(lower_left), starts[3] = edgecnn_sum_start(lower_right);
}

/* Sets output[channels] to the largest codes of the four windows in the patch. What the loop needs lies at hand. */
static __attribute__((noinline)) void pooled(const edgecnn_conv2d_four_s8_params *p, const uint8_t *patch,
                                             const __uint24 starts[4], int8_t *output) {
  const edgecnn_scale24_params scale = p->scale;
  const __uint24 s0 = starts[0], s1 = starts[1], s2 = starts[2], s3 = starts[3];
  const uint8_t channels = (uint8_t)p->geometry.input_channels, height = (uint8_t)p->geometry.filter_height;
  const uint8_t width = (uint8_t)p->geometry.filter_width;
  edgecnn_stream stream = edgecnn_stream_of(p->stream);
  patch += 2 * (width + 1);
  for (int8_t *const end = output + p->output_channels; output < end; output++) {
    __uint24 sums[4] = {s0, s1, s2, s3};
    if (width == 5) {
      sums_of_5(channels, height, &stream, patch, sums);
    } else {
      sums_of_3(channels, height, &stream, patch, sums);
    }
    *output = edgecnn_scale24(&scale, stream, edgecnn_largest(sums));
    edgecnn_stream_skip(&stream, EDGECNN_SCALE24_SIZE);
  }
}

EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_2x2_s8(
    const EDGECNN_FLASH edgecnn_conv2d_max_pool2d_2x2_s8_params *params, const int8_t *input, int8_t *output,
    int8_t *scratch) {
  const edgecnn_conv2d_max_pool2d_2x2_s8_params p = *params;
  uint8_t *const patch = (uint8_t *)scratch;
  for (int16_t py = 0, y = (int16_t)-p.conv.geometry.pad_top; py < p.pooled_height; py++) {
    for (int16_t px = 0, x = (int16_t)-p.conv.geometry.pad_left; px < p.pooled_width; px++) {
      __uint24 starts[4];
      gather(&p.conv, input, y, x, patch, starts);
      pooled(&p.conv, patch, starts, output);
      output += p.conv.output_channels;
      x = (int16_t)(x + p.pool_stride_width);
    }
    y = (int16_t)(y + p.pool_stride_height);
  }
}

#include "conv2d_s8.h"

#include "dot_s8.h"
#include "fixed_point.h"
#include "window.h"

/* The sum over the taps that meet the input, without the bias. */
static int32_t accumulate(const edgecnn_conv2d_s8_params *p, const int8_t *input, const int8_t *weights, int32_t y,
                          int32_t x, edgecnn_taps rows, edgecnn_taps columns) {
  const int32_t channels = p->input_channels;
  /* Neighbouring taps lie side by side in both arrays: without dilation a whole row of them is one dot product. */
  const int32_t run = p->dilation_width == 1 ? columns.end - columns.begin : 1;
  int32_t sum = 0;
  for (int32_t ky = rows.begin; ky < rows.end; ky++) {
    const int8_t *row = input + (y + ky * p->dilation_height) * p->input_width * channels;
    const int8_t *taps = weights + ky * p->filter_width * channels;
    for (int32_t kx = columns.begin; kx < columns.end; kx += run) {
      sum += edgecnn_dot_s8(taps + kx * channels, row + (x + kx * p->dilation_width) * channels, run * channels,
                            p->input_zero_point);
    }
  }
  return sum;
}

void edgecnn_conv2d_s8(const edgecnn_conv2d_s8_params *p, const int8_t *input, int8_t *output) {
  const int32_t filter_size = p->filter_height * p->filter_width * p->input_channels;
  for (int32_t oy = 0; oy < p->output_height; oy++) {
    const int32_t y = oy * p->stride_height - p->pad_top;
    const edgecnn_taps rows = edgecnn_taps_inside(y, p->filter_height, p->dilation_height, p->input_height);
    for (int32_t ox = 0; ox < p->output_width; ox++) {
      const int32_t x = ox * p->stride_width - p->pad_left;
      const edgecnn_taps columns = edgecnn_taps_inside(x, p->filter_width, p->dilation_width, p->input_width);
      for (int32_t oc = 0; oc < p->output_channels; oc++) {
        const int8_t *weights = p->weights + oc * filter_size;
        const int32_t sum = p->bias[oc] + accumulate(p, input, weights, y, x, rows, columns);
        const int32_t code = edgecnn_mbqm(sum, p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
        *output++ = edgecnn_clamp(code, p->output_min, p->output_max);
      }
    }
  }
}

#include "conv2d_s8.h"

#include "dot_s8.h"
#include "fixed_point.h"

/*
 * The codes under one window, in the order of the weights, with the code of zero where there is no input: patch[0 ..
 * filter_height * filter_width * input_channels - 1]. (y, x) is the window's top left corner, possibly outside.
 */
static void gather(const edgecnn_conv2d_s8_params *p, const int8_t *input, int32_t y, int32_t x, int8_t *patch) {
  /* Neighbouring taps lie side by side in the input: undilated and inside, a row of them is one copy. */
  const int whole_rows = p->dilation_width == 1 && x >= 0 && x + p->filter_width <= p->input_width;
  const int32_t run = whole_rows ? p->filter_width : 1;
  const int32_t size = run * p->input_channels;
  for (int32_t ky = 0; ky < p->filter_height; ky++) {
    const int32_t iy = y + ky * p->dilation_height;
    for (int32_t kx = 0; kx < p->filter_width; kx += run) {
      const int32_t ix = x + kx * p->dilation_width;
      if (iy >= 0 && iy < p->input_height && ix >= 0 && ix < p->input_width) {
        const int8_t *codes = input + (iy * p->input_width + ix) * p->input_channels;
        for (int32_t i = 0; i < size; i++) *patch++ = codes[i];
      } else {
        for (int32_t i = 0; i < size; i++) *patch++ = (int8_t)p->input_zero_point;
      }
    }
  }
}

void edgecnn_conv2d_s8(const edgecnn_conv2d_s8_params *p, const int8_t *input, int8_t *output, int8_t *scratch) {
  const int32_t filter_size = p->filter_height * p->filter_width * p->input_channels;
  for (int32_t oy = 0; oy < p->output_height; oy++) {
    for (int32_t ox = 0; ox < p->output_width; ox++) {
      const int8_t *weights = p->weights;
      gather(p, input, oy * p->stride_height - p->pad_top, ox * p->stride_width - p->pad_left, scratch);
      for (int32_t oc = 0; oc < p->output_channels; oc++) {
        const int32_t sum = p->bias[oc] + edgecnn_dot_s8(weights, scratch, filter_size);
        const int32_t code = edgecnn_mbqm(sum, p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
        *output++ = edgecnn_clamp(code, p->output_min, p->output_max);
        weights += filter_size;
      }
    }
  }
}

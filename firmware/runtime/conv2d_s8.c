#include "conv2d_s8.h"

#include "dot_s8.h"
#include "fixed_point.h"
#include "patch_s8.h"

void edgecnn_conv2d_s8(const edgecnn_conv2d_s8_params *p, const int8_t *input, int8_t *output, int8_t *scratch) {
  const int32_t filter_size = p->filter_height * p->filter_width * p->input_channels;
  for (int32_t oy = 0; oy < p->output_height; oy++) {
    for (int32_t ox = 0; ox < p->output_width; ox++) {
      const int8_t *weights = p->weights;
      edgecnn_patch_s8(p, input, oy * p->stride_height - p->pad_top, ox * p->stride_width - p->pad_left, scratch);
      for (int32_t oc = 0; oc < p->output_channels; oc++) {
        const int32_t sum = p->bias[oc] + edgecnn_dot_s8(weights, scratch, filter_size);
        const int32_t code = edgecnn_mbqm(sum, p->multipliers[oc], p->shifts[oc]) + p->output_zero_point;
        *output++ = edgecnn_clamp(code, p->output_min, p->output_max);
        weights += filter_size;
      }
    }
  }
}

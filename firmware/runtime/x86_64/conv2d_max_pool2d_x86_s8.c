#include "conv2d_max_pool2d_x86_s8.h"

#include "x86_copy.h"

void edgecnn_conv2d_max_pool2d_x86_s8(const edgecnn_conv2d_max_pool2d_x86_s8_params *p, const int8_t *input,
                                      int8_t *output, int8_t *scratch) {
  static void (*const maximum[])(const edgecnn_x86_layer *, const int32_t *, const void *, const int32_t *, int32_t,
                                 int8_t *) = {edgecnn_vnni_maximum, edgecnn_avx2_maximum, edgecnn_any_maximum};
  const edgecnn_x86_conv2d *conv = &p->conv;
  const int instructions = edgecnn_x86_instructions();
  const edgecnn_x86_widen *widen = &edgecnn_x86_widens[instructions];
  edgecnn_x86_copy(conv, widen, input, scratch);
  for (int32_t y = 0; y < conv->height; y++) {
    for (int32_t x = 0; x < conv->width; x++, output += conv->layer.channels) {
      const int8_t *window = scratch + (y * conv->row_step + x * conv->step) * widen->size;
      maximum[instructions](&conv->layer, conv->offsets, window, p->windows, p->taps, output);
    }
  }
}

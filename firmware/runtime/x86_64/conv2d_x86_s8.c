#include "conv2d_x86_s8.h"

#include "x86_copy.h"

void edgecnn_conv2d_x86_s8(const edgecnn_conv2d_x86_s8_params *p, const int8_t *input, int8_t *output,
                           int8_t *scratch) {
  static void (*const pixels[])(const edgecnn_x86_layer *, const int32_t *, const void *, const int32_t *, int32_t,
                                int8_t *) = {edgecnn_vnni_pixels, edgecnn_avx2_pixels, edgecnn_any_pixels};
  const int instructions = edgecnn_x86_instructions();
  const int32_t all = p->height * p->width;
  edgecnn_x86_copy(p, &edgecnn_x86_widens[instructions], input, scratch);
  int32_t y = 0, x = 0;
  for (int32_t pixel = 0; pixel < all; pixel += EDGECNN_X86_WINDOWS) {
    const int32_t left = all - pixel, count = left < EDGECNN_X86_WINDOWS ? left : EDGECNN_X86_WINDOWS;
    int32_t at[EDGECNN_X86_WINDOWS];
    for (int32_t i = 0; i < EDGECNN_X86_WINDOWS; i++) { /* what lacks to four is the last pixel again */
      at[i] = y * p->row_step + x * p->step;
      if (i + 1 < left && ++x == p->width) x = 0, y++;
    }
    pixels[instructions](&p->layer, p->offsets, scratch, at, count, output);
    output += count * p->layer.channels;
  }
}

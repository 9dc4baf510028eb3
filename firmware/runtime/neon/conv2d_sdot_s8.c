#include "conv2d_sdot_s8.h"

#include "neon_sdot.h"

void edgecnn_conv2d_sdot_s8(const edgecnn_conv2d_sdot_s8_params *p, const int8_t *input, int8_t *output,
                            int8_t *scratch) {
  edgecnn_neon_convolve(&edgecnn_sdot, edgecnn_neon_pixels_of_all, p, input, output, scratch);
}

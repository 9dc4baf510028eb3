#include "fully_connected_sdot_s8.h"

#include "neon_sdot.h"

void edgecnn_fully_connected_sdot_s8(const edgecnn_fully_connected_sdot_s8_params *p, const int8_t *input,
                                     int8_t *output, int8_t *scratch) {
  edgecnn_neon_connect(&edgecnn_sdot, p, input, output, scratch);
}

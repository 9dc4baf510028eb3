#include "fully_connected_neon_s8.h"

#include "neon_way.h"

void edgecnn_fully_connected_neon_s8(const edgecnn_fully_connected_neon_s8_params *p, const int8_t *input,
                                     int8_t *output, int8_t *scratch) {
  edgecnn_neon_connect(&edgecnn_neon_best, p, input, output, scratch);
}

/* The inner loop of convolutions and fully connected layers. */
#ifndef EDGECNN_DOT_S8_H
#define EDGECNN_DOT_S8_H

#include <stdint.h>

/* sum of weights[i] * (input[i] - zero_point), each term within 128 * 255; the caller has proved the sum. */
static inline int32_t edgecnn_dot_s8(const int8_t *weights, const int8_t *input, int32_t count, int32_t zero_point) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) sum += (int32_t)weights[i] * (input[i] - zero_point);
  return sum;
}

#endif

/* The inner loop of convolutions and fully connected layers. */
#ifndef EDGECNN_DOT_S8_H
#define EDGECNN_DOT_S8_H

#include <stdint.h>

/*
 * sum of weights[i] * (input[i] - zero_point); the caller has proved that it fits.
 * The difference is of 9 bits: said so, compilers find their 16-bit multiply-accumulate instructions.
 */
static inline int32_t edgecnn_dot_s8(const int8_t *weights, const int8_t *input, int32_t count, int32_t zero_point) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) {
    const int16_t difference = (int16_t)(input[i] - zero_point);
    sum += (int32_t)weights[i] * difference;
  }
  return sum;
}

#endif

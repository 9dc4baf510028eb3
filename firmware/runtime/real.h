/* SPDX-License-Identifier: Apache-2.0 */
/* Real values at the border of a network: TFLite's QUANTIZE and DEQUANTIZE, bit for bit. */
#ifndef EDGECNN_REAL_H
#define EDGECNN_REAL_H

#include <stdint.h>

/*
 * The code of a real value: value / scale rounded, ties away from zero, + zero_point, limited to -128 .. 127. What does
 * not fit an int32 (not a number, too, is none) counts as -2^31, and the sum wraps around, as TFLite's does on x86.
 */
static inline int8_t edgecnn_quantize(float value, float scale, int32_t zero_point) {
  const float steps = value / scale;
  uint32_t whole = UINT32_C(0x80000000);
  if (steps >= -2147483648.0f && steps < 2147483648.0f) {
    const int32_t toward_zero = (int32_t)steps;
    const float rest = steps - (float)toward_zero;
    whole = (uint32_t)toward_zero + (uint32_t)(rest >= 0.5f) - (uint32_t)(rest <= -0.5f);
  }
  const int32_t code = (int32_t)(whole + (uint32_t)zero_point);
  return (int8_t)(code < -128 ? -128 : code > 127 ? 127 : code);
}

/* The real value of a code. */
static inline float edgecnn_dequantize(int8_t code, float scale, int32_t zero_point) {
  return scale * (float)(code - zero_point);
}

#endif

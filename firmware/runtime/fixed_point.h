/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of int8 inference: every rounding of the runtime is one of these functions.
 * They are bit for bit those of edgecnn/fixed_point.py (TFLite's reference kernels).
 */
#ifndef EDGECNN_FIXED_POINT_H
#define EDGECNN_FIXED_POINT_H

#include <stdint.h>

/* Right shifts of negative numbers must be arithmetic; C99 leaves that to the compiler. */
typedef char edgecnn_needs_arithmetic_shift[((-1) >> 1) == -1 ? 1 : -1];

/* a * b / 2^31 rounded, ties upward. Not both may be INT32_MIN. */
static inline int32_t edgecnn_srdhm(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* x / 2^exponent rounded, ties away from zero. 0 <= exponent <= 31. */
static inline int32_t edgecnn_rdbp(int32_t x, int exponent) {
  const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1u);
  const int32_t threshold = (mask >> 1) + (x < 0);
  return (x >> exponent) + ((x & mask) > threshold);
}

/* x * multiplier / 2^31 * 2^shift, rounded twice. |x| * 2^max(shift, 0) < 2^31: proved when the code is generated. */
static inline int32_t edgecnn_mbqm(int32_t x, int32_t multiplier, int shift) {
  const int left = shift > 0 ? shift : 0;
  const int right = shift > 0 ? 0 : -shift;
  return edgecnn_rdbp(edgecnn_srdhm(x * ((int32_t)1 << left), multiplier), right);
}

/* x limited to low .. high, which lie within -128 .. 127. */
static inline int8_t edgecnn_clamp(int32_t x, int32_t low, int32_t high) {
  return (int8_t)(x < low ? low : x > high ? high : x);
}

#endif

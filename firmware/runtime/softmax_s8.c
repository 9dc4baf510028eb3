/* SPDX-License-Identifier: Apache-2.0 */
#include "softmax_s8.h"

#include "fixed_point.h"

/* exp(x / 2^26) as a fraction of 2^31, for x <= 0: see exp_on_negative in edgecnn/fixed_point.py. */
static int32_t exp_on_negative(int32_t x) {
  static const EDGECNN_FLASH int32_t exp_of_minus_power[] = {1672461947, 1302514674, 790015084, 290630308,
                                                             39332535,   720401,     242};
  const int32_t exp_of_minus_eighth = 1895147668;
  const int32_t quarter = (int32_t)1 << 24;
  const int32_t within_quarter = (x & (quarter - 1)) - quarter; /* -quarter .. -1 */
  const int32_t a = within_quarter * 32 + ((int32_t)1 << 28);   /* |a| <= 2^28 */
  const int32_t a2 = edgecnn_srdhm(a, a);
  const int32_t a3 = edgecnn_srdhm(a2, a);
  const int32_t a4 = edgecnn_srdhm(a2, a2);
  const int32_t cubic = edgecnn_srdhm(edgecnn_rdbp(a4, 2) + a3, 715827883);
  const int32_t polynomial = a + edgecnn_rdbp(cubic + a2, 1);
  const int32_t rest = within_quarter - x; /* a multiple of quarter, >= 0 */
  int32_t result = exp_of_minus_eighth + edgecnn_srdhm(polynomial, exp_of_minus_eighth);
  if (x == 0) return INT32_MAX;
  for (int i = 0; i < 7; i++) {
    if ((rest >> (24 + i)) & 1) result = edgecnn_srdhm(result, exp_of_minus_power[i]);
  }
  return result;
}

/* exp of the distance below the maximum; 0 where that is too far. */
static int32_t exponential(const EDGECNN_FLASH edgecnn_softmax_s8_params *p, int32_t difference) {
  if (difference < p->lowest_difference) return 0;
  return exp_on_negative(edgecnn_srdhm(difference * ((int32_t)1 << p->shift), p->multiplier));
}

/* 1 / (total / 2^19) = result / 2^31 / 2^exponent; 0 < total < 2^31. Three Newton-Raphson steps. */
static int32_t reciprocal(int32_t total, int *exponent) {
  uint32_t normal = (uint32_t)total; /* (1 + x) * 2^31 with 0 <= x < 1 */
  int leading_zeros = 0;
  while ((normal & 0x80000000u) == 0) {
    normal <<= 1;
    leading_zeros++;
  }
  const int32_t half_denominator = (int32_t)(normal >> 1);
  int32_t r = 1515870810 + edgecnn_srdhm(half_denominator, -1010580540);
  for (int i = 0; i < 3; i++) {
    const int32_t error = ((int32_t)1 << 29) - edgecnn_srdhm(half_denominator, r);
    r += edgecnn_srdhm(r, error) * 4;
  }
  *exponent = 12 - leading_zeros;
  return r >= ((int32_t)1 << 30) ? INT32_MAX : r * 2;
}

static void softmax_row(const EDGECNN_FLASH edgecnn_softmax_s8_params *p, const int8_t *input, int8_t *output) {
  int32_t maximum = -128;
  for (int32_t i = 0; i < p->depth; i++) {
    if (input[i] > maximum) maximum = input[i];
  }
  int32_t total = 0; /* at most depth * 2^19 < 2^31 */
  for (int32_t i = 0; i < p->depth; i++) total += edgecnn_rdbp(exponential(p, input[i] - maximum), 12);
  int exponent;
  const int32_t scale = reciprocal(total, &exponent);
  for (int32_t i = 0; i < p->depth; i++) {
    const int32_t probability = edgecnn_srdhm(scale, exponential(p, input[i] - maximum));
    /* Beyond 31 bits, which takes over 511 classes about equally likely, nothing is left of a probability < 2^31. */
    const int32_t rounded = exponent > 8 ? 0 : edgecnn_rdbp(probability, exponent + 31 - 8);
    output[i] = edgecnn_clamp(rounded - 128, -128, 127);
  }
}

EDGECNN_KERNEL void edgecnn_softmax_s8(const EDGECNN_FLASH edgecnn_softmax_s8_params *p, const int8_t *input,
                                       int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++) softmax_row(p, input + row * p->depth, output + row * p->depth);
}

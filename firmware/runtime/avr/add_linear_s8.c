/* SPDX-License-Identifier: Apache-2.0 */
#include "add_linear_s8.h"

typedef struct {
  uint32_t fraction;
  int16_t whole;
} number;

/* sum + factor * code. The sum lies within 16 bits and its fraction. */
static inline number plus(number sum, uint32_t fraction, int8_t whole, uint8_t code) {
  uint8_t zero;
  __asm__(
      "clr %[zero]\n"
      "mul %A[f], %[code]\n"
      "add %A[s], r0\n"
      "adc %B[s], r1\n"
      "adc %C[s], %[zero]\n"
      "adc %D[s], %[zero]\n"
      "adc %A[t], %[zero]\n"
      "adc %B[t], %[zero]\n"
      "mul %B[f], %[code]\n"
      "add %B[s], r0\n"
      "adc %C[s], r1\n"
      "adc %D[s], %[zero]\n"
      "adc %A[t], %[zero]\n"
      "adc %B[t], %[zero]\n"
      "mul %C[f], %[code]\n"
      "add %C[s], r0\n"
      "adc %D[s], r1\n"
      "adc %A[t], %[zero]\n"
      "adc %B[t], %[zero]\n"
      "mul %D[f], %[code]\n"
      "add %D[s], r0\n"
      "adc %A[t], r1\n"
      "adc %B[t], %[zero]\n"
      "mulsu %[whole], %[code]\n"
      "add %A[t], r0\n"
      "adc %B[t], r1\n"
      "clr r1\n"
      : [s] "+&r"(sum.fraction), [t] "+&r"(sum.whole), [zero] "=&r"(zero)
      : [f] "r"(fraction), [whole] "a"(whole), [code] "a"(code)
      : "r0");
  return sum;
}

EDGECNN_KERNEL void edgecnn_add_linear_s8(const EDGECNN_FLASH edgecnn_add_linear_s8_params *params,
                                          const int8_t *input1, const int8_t *input2, int8_t *output) {
  const edgecnn_add_linear_s8_params p = *params;
  const number offset = {p.fraction, p.whole};
  for (int8_t *const end = output + p.size; output < end; output++) {
    const number first = plus(offset, p.fraction1, (int8_t)p.whole1, (uint8_t)(*input1++ + 128));
    const int16_t code = plus(first, p.fraction2, (int8_t)p.whole2, (uint8_t)(*input2++ + 128)).whole;
    *output = (int8_t)(code < p.output_min ? p.output_min : code > p.output_max ? p.output_max : code);
  }
}

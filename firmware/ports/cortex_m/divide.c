/* SPDX-License-Identifier: Apache-2.0 */
/* Division by subtraction, for cores that have no instruction for it; the linker drops it where nobody asks. Compilers
 * call it by themselves, which -flto does not foresee: hence used. */
#include <stdint.h>

__attribute__((used)) int32_t __aeabi_idiv(int32_t numerator, int32_t denominator);
__attribute__((used)) uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t denominator);
__attribute__((used)) uint64_t __aeabi_idivmod(int32_t numerator, int32_t denominator);
__attribute__((used)) uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t denominator);

/* numerator / denominator, rounded towards zero; denominator > 0. */
uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t denominator) {
  uint32_t quotient = 0, rest = 0; /* rest < denominator */
  for (int bit = 31; bit >= 0; bit--) {
    const uint32_t carried = rest >> 31;
    rest = rest << 1 | (numerator >> bit & 1u);
    if (carried || rest >= denominator) {
      rest -= denominator;
      quotient |= (uint32_t)1 << bit;
    }
  }
  return quotient;
}

/* As C divides; denominator is not 0, nor is it -1 when numerator is INT32_MIN. */
int32_t __aeabi_idiv(int32_t numerator, int32_t denominator) {
  const uint32_t n = numerator < 0 ? 0u - (uint32_t)numerator : (uint32_t)numerator;
  const uint32_t d = denominator < 0 ? 0u - (uint32_t)denominator : (uint32_t)denominator;
  const uint32_t quotient = __aeabi_uidiv(n, d);
  return (int32_t)((numerator < 0) != (denominator < 0) ? 0u - quotient : quotient);
}

/* Both results in two registers: the quotient in the lower half, the rest in the upper one. */
uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t denominator) {
  const uint32_t quotient = __aeabi_uidiv(numerator, denominator);
  return (uint64_t)(numerator - quotient * denominator) << 32 | quotient;
}

uint64_t __aeabi_idivmod(int32_t numerator, int32_t denominator) {
  const uint32_t quotient = (uint32_t)__aeabi_idiv(numerator, denominator);
  return (uint64_t)((uint32_t)numerator - quotient * (uint32_t)denominator) << 32 | quotient;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The Cortex-M0 multiplies 32 bits by 32 into 32; for 64 bits the compiler calls this. Unused, the linker drops it. */
#include <stdint.h>

__attribute__((used)) uint64_t __aeabi_lmul(uint64_t a, uint64_t b);

/* All 64 bits of a product, from halves of 16 bits. */
static inline uint64_t product(uint32_t a, uint32_t b) {
  const uint32_t a0 = a & 0xFFFFu, a1 = a >> 16, b0 = b & 0xFFFFu, b1 = b >> 16;
  uint32_t middle = a1 * b0 + (a0 * b0 >> 16); /* < 2^32, as is the next */
  __asm("" : "+r"(middle)); /* else clang sees a multiplication of 64 bits in this, and calls the very function */
  const uint32_t carry = a0 * b1 + (middle & 0xFFFFu);
  const uint32_t high = a1 * b1 + (middle >> 16) + (carry >> 16);
  return (uint64_t)high << 32 | a * b;
}

uint64_t __aeabi_lmul(uint64_t a, uint64_t b) {
  const uint32_t a0 = (uint32_t)a, a1 = (uint32_t)(a >> 32), b0 = (uint32_t)b, b1 = (uint32_t)(b >> 32);
  return product(a0, b0) + ((uint64_t)(a1 * b0 + a0 * b1) << 32);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions of the DSP extension (Cortex-M4, M7, M33) that C has no words for, and what is made of them. */
#ifndef EDGECNN_DSP_H
#define EDGECNN_DSP_H

#include <stdint.h>

#include "operands.h"

/* A loop that is not worth the code of unrolling it, and a function that is not worth inlining (nor used by all). */
#define EDGECNN_ROLLED _Pragma("GCC unroll 1")
#define EDGECNN_APART  __attribute__((noinline, unused))

/* Four codes from any address, unaligned ones too: UNALIGN_TRP must be off, as it is after reset. */
static inline int32_t edgecnn_load4(const int8_t *codes) {
  int32_t word;
  __asm__("ldr %0, %1" : "=r"(word) : "m"(*(const int8_t(*)[4])codes));
  return word;
}

/* Four codes to any address. */
static inline void edgecnn_store4(int8_t *codes, int32_t word) {
  __asm__("str %1, %0" : "=m"(*(int8_t(*)[4])codes) : "r"(word));
}

/* Bytes 0 and 2 of a word, unsigned and negated, as int16. */
static inline int32_t edgecnn_minus_even_bytes(int32_t word) {
  int32_t halves;
  __asm__("uxtb16 %0, %1\n\tssub16 %0, %2, %0" : "=&r"(halves) : "r"(word), "r"(0));
  return halves;
}

/*
 * edgecnn_mbqm, the zero point and the limits of int8 for the sum in the register `sum`, with one rounding: the code
 * then is in r0. At the register `q`, which is moved on: what is added for both roundings and the zero point, the
 * multiplier, what is added for negative sums (whose ties are rounded away from zero, too), and the shift. They and the
 * sum's scale are from scales() in edgecnn/targets/cores/cortex_m4/scales.py. Changes r0 .. r3.
 */
#define EDGECNN_REQUANTIZE(sum, q) \
  "ldm " q                         \
  "!, {r0-r3}\n\t"                 \
  "and r2, r2, " sum               \
  ", asr #31\n\t"                  \
  "add r0, r2\n\t"                 \
  "smmla r0, " sum                 \
  ", r1, r0\n\t"                   \
  "asr r0, r3\n\t"                 \
  "ssat r0, #8, r0\n\t"

/* edgecnn_mbqm of a number with such numbers: no limits but int32's. */
static inline int32_t edgecnn_rescale(int32_t x, const int32_t q[4]) {
  int32_t high;
  __asm__("smmla %0, %1, %2, %3" : "=r"(high) : "r"(x), "r"(q[1]), "r"(q[0] + (q[2] & (x >> 31))));
  return high >> q[3];
}

/* The code of a sum, and in *q the numbers of the next channel. */
static inline int8_t edgecnn_requantize(int32_t sum, const int32_t **q) {
  const int32_t *numbers = *q;
  register int32_t code __asm__("r0");
  __asm__(EDGECNN_REQUANTIZE("%[sum]", "%[q]")
          : "=&r"(code), [q] "+&r"(numbers)
          : [sum] "r"(sum), EDGECNN_READS_4(numbers)
          : "r1", "r2", "r3");
  *q = numbers;
  return (int8_t)code;
}

/* Limit codes to a clamp narrower than int8's: a pass over a whole output, which most networks do not need. */
static EDGECNN_APART void edgecnn_narrow(int8_t *codes, int32_t count, int32_t low, int32_t high) {
  if (low == -128 && high == 127) return;
  EDGECNN_ROLLED for (int32_t i = 0; i < count; i++) codes[i] = (int8_t)(codes[i] < low    ? low
                                                                         : codes[i] > high ? high
                                                                                           : codes[i]);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requantization of sums of 24 bits: the accumulator is made positive and multiplied by a 32-bit factor; the code is
 * the sixth byte of the product. It is checked (edgecnn/targets/avr/scales.py), for every accumulator at which the code
 * changes, that this is edgecnn_mbqm and the clamp.
 */
#ifndef EDGECNN_SCALE24_H
#define EDGECNN_SCALE24_H

#include <stdint.h>

#include "flash_stream.h"

/*
 * A channel's constants, as they follow its weights in the stream: bias (3 bytes); factor (4); by how many bytes the
 * accumulator is shifted left before the product (1); then for accumulators from zero on, and for those below it:
 * the limit from which on the code is the highest or the lowest (3), and what is added to the product's bytes 2 .. 4.
 */
#define EDGECNN_SCALE24_SIZE 20

typedef struct {
  int16_t output_zero_point, output_min, output_max; /* within -128 .. 127; the zero point between the others */
} edgecnn_scale24_params;

#define EDGECNN_ADD_4(a, b, c, d) "add " a ", r0\nadc " b ", r1\nadc " c ", %[zero]\nadc " d ", %[zero]\n"

/* Bytes 1 .. 5 of the product += u * f: p1 .. p4 and the code. What byte 0 would be carries nothing. */
#define EDGECNN_SCALE24_PRODUCT \
  "mul %A[u], %A[f]\n"              \
  "mov %[p1], r1\n"                 \
  "mul %A[u], %B[f]\n"              \
  "add %[p1], r0\n"                 \
  "adc %[p2], r1\n"                 \
  "adc %[p3], %[zero]\n"            \
  "adc %[p4], %[zero]\n"            \
  "adc %[code], %[zero]\n"            \
  "mul %B[u], %A[f]\n"              \
  "add %[p1], r0\n"                 \
  "adc %[p2], r1\n"                 \
  "adc %[p3], %[zero]\n"            \
  "adc %[p4], %[zero]\n"            \
  "adc %[code], %[zero]\n"            \
  "mul %A[u], %C[f]\n"              \
  EDGECNN_ADD_4("%[p2]", "%[p3]", "%[p4]", "%[code]") \
  "mul %B[u], %B[f]\n"              \
  EDGECNN_ADD_4("%[p2]", "%[p3]", "%[p4]", "%[code]") \
  "mul %C[u], %A[f]\n"              \
  EDGECNN_ADD_4("%[p2]", "%[p3]", "%[p4]", "%[code]") \
  "mul %A[u], %D[f]\n"              \
  "add %[p3], r0\n"                 \
  "adc %[p4], r1\n"                 \
  "adc %[code], %[zero]\n"            \
  "mul %B[u], %C[f]\n"              \
  "add %[p3], r0\n"                 \
  "adc %[p4], r1\n"                 \
  "adc %[code], %[zero]\n"            \
  "mul %C[u], %B[f]\n"              \
  "add %[p3], r0\n"                 \
  "adc %[p4], r1\n"                 \
  "adc %[code], %[zero]\n"            \
  "mul %B[u], %D[f]\n"              \
  "add %[p4], r0\n"                 \
  "adc %[code], r1\n"                 \
  "mul %C[u], %C[f]\n"              \
  "add %[p4], r0\n"                 \
  "adc %[code], r1\n"                 \
  "mul %C[u], %D[f]\n"              \
  "add %[code], r0\n"

/* The output code of a sum; `stream` stands at the channel's constants, and is not moved. */
static inline int8_t edgecnn_scale24(const edgecnn_scale24_params *params, edgecnn_stream stream, __uint24 sum) {
  enum { NEGATIVE = 1, BEYOND = 2 };
  uint8_t state, byte, zero, p1, p2, p3, p4, code;
  uint32_t factor;
  __asm__ volatile(EDGECNN_BEGIN
                   "clr %[zero]\n"
                   "clr %[state]\n"
                   EDGECNN_NEXT("%[byte]")
                   "add %A[u], %[byte]\n"
                   EDGECNN_NEXT("%[byte]")
                   "adc %B[u], %[byte]\n"
                   EDGECNN_NEXT("%[byte]")
                   "adc %C[u], %[byte]\n"
                   EDGECNN_NEXT("%A[f]")
                   EDGECNN_NEXT("%B[f]")
                   EDGECNN_NEXT("%C[f]")
                   EDGECNN_NEXT("%D[f]")
                   EDGECNN_NEXT("%[p1]") /* for now the shift */
                   "sbrs %C[u], 7\n"
                   "rjmp 1f\n"
                   "ldi %[state], 1\n"
                   "com %C[u]\n"
                   "com %B[u]\n"
                   "neg %A[u]\n"
                   "sbci %B[u], 0xff\n"
                   "sbci %C[u], 0xff\n"
                   EDGECNN_NEXT("%[byte]")
                   EDGECNN_NEXT("%[byte]")
                   EDGECNN_NEXT("%[byte]")
                   EDGECNN_NEXT("%[byte]")
                   EDGECNN_NEXT("%[byte]")
                   EDGECNN_NEXT("%[byte]")
                   "1:\n"
                   EDGECNN_NEXT("%[byte]")
                   "cp %A[u], %[byte]\n"
                   EDGECNN_NEXT("%[byte]")
                   "cpc %B[u], %[byte]\n"
                   EDGECNN_NEXT("%[byte]")
                   "cpc %C[u], %[byte]\n"
                   "brlo 2f\n"
                   "ori %[state], 2\n"
                   "rjmp 5f\n"
                   "2:\n"
                   EDGECNN_NEXT("%[p2]")
                   EDGECNN_NEXT("%[p3]")
                   EDGECNN_NEXT("%[p4]")
                   "clr %[code]\n"
                   "rjmp 4f\n"
                   "3: mov %C[u], %B[u]\n"
                   "mov %B[u], %A[u]\n"
                   "clr %A[u]\n"
                   "4: dec %[p1]\n"
                   "brpl 3b\n" /* shift is 0 .. 2 */
                   EDGECNN_SCALE24_PRODUCT
                   "5: clr r1\n"
                   : [u] "+&d"(sum), [f] "=&r"(factor), [p1] "=&r"(p1), [p2] "=&r"(p2), [p3] "=&r"(p3), [p4] "=&r"(p4), [code] "=&r"(code), [state] "=&d"(state),
                     [byte] "=&r"(byte), [zero] "=&r"(zero), [z] "+&z"(stream.at), [bank] "+&r"(stream.bank)
                   :
                   : "r0");
  if (state & BEYOND) return (int8_t)(state & NEGATIVE ? params->output_min : params->output_max);
  return (int8_t)(params->output_zero_point + (state & NEGATIVE ? -code : code));
}

#endif

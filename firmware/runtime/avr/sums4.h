/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four dot products at once. Codes and weights are unsigned (code + 128, weight + 128), so that one addition of a
 * product needs no sign: 5 cycles per multiply-accumulate beside the loads. What the 128 of the weights adds, 128 * the
 * sum of the codes, is taken off at the start. Sums are modulo 2^24; the true ones are proved to fit (targets/avr).
 */
#ifndef EDGECNN_SUMS4_H
#define EDGECNN_SUMS4_H

#include <stdint.h>

#include "flash_stream.h"

#define EDGECNN_UNROLLED 8 /* terms; what is left goes one by one */

/* A number of terms as the loops below count it: at most 2,047. */
typedef struct {
  uint8_t blocks, rest;
} edgecnn_terms;

static inline edgecnn_terms edgecnn_terms_of(int16_t count) {
  const edgecnn_terms terms = {(uint8_t)(count / EDGECNN_UNROLLED), (uint8_t)(count % EDGECNN_UNROLLED)};
  return terms;
}

/* The start of a sum whose codes add up to `codes`. */
static inline __uint24 edgecnn_sum_start(__uint24 codes) {
  return (__uint24)0 - (codes << 7);
}

/* The largest of four sums. */
static inline __uint24 edgecnn_largest(const __uint24 sums[4]) {
  __int24 most = (__int24)sums[0];
  for (uint8_t i = 1; i < 4; i++) {
    if ((__int24)sums[i] > most) most = (__int24)sums[i];
  }
  return (__uint24)most;
}

#define EDGECNN_MAC(sum, a, b) \
  "mul %[" a "], %[" b         \
  "]\n"                        \
  "add %A[" sum                \
  "], r0\n"                    \
  "adc %B[" sum                \
  "], r1\n"                    \
  "adc %C[" sum "], %[zero]\n"

/* One weight with a code of each of four windows. */
#define EDGECNN_WINDOW_TERM                                                                                            \
  EDGECNN_NEXT("%[w]")                                                                                                 \
  "ld %[x], %a[x_at]+\n" EDGECNN_MAC("s0", "w", "x") "ld %[x], %a[x_at]+\n" EDGECNN_MAC(                               \
      "s1", "w", "x") "ld %[x], %a[x_at]+\n" EDGECNN_MAC("s2", "w", "x") "ld %[x], %a[x_at]+\n" EDGECNN_MAC("s3", "w", \
                                                                                                            "x")

/* The same with weights that have a sign: a cycle more for each product, but no sum of the codes is needed. */
#define EDGECNN_SIGNED_MAC(sum) \
  "ld %[x], %a[x_at]+\n"        \
  "mulsu %[w], %[x]\n"          \
  "sbc %C[" sum                 \
  "], %[zero]\n"                \
  "add %A[" sum                 \
  "], r0\n"                     \
  "adc %B[" sum                 \
  "], r1\n"                     \
  "adc %C[" sum "], %[zero]\n"
#define EDGECNN_SIGNED_TERM \
  EDGECNN_NEXT("%[w]")      \
  EDGECNN_SIGNED_MAC("s0") EDGECNN_SIGNED_MAC("s1") EDGECNN_SIGNED_MAC("s2") EDGECNN_SIGNED_MAC("s3")

/* One code with a weight of each of four channels. */
#define EDGECNN_CHANNEL_TERM                                                                            \
  "ld %[x], %a[x_at]+\n"                                                                                \
  "subi %[x], 0x80\n" EDGECNN_NEXT("%[w]") EDGECNN_MAC("s0", "w", "x") EDGECNN_NEXT("%[w]")             \
      EDGECNN_MAC("s1", "w", "x") EDGECNN_NEXT("%[w]") EDGECNN_MAC("s2", "w", "x") EDGECNN_NEXT("%[w]") \
          EDGECNN_MAC("s3", "w", "x")

#define EDGECNN_TWICE(text) text text

/* A function that adds the products of all terms to sums[4] and leaves the stream behind their weights. */
#define EDGECNN_SUMS4(name, TERM)                                                                                  \
  static inline void name(edgecnn_terms terms, edgecnn_stream *stream, const void *codes, __uint24 sums[4]) {      \
    __uint24 s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];                                               \
    uint8_t w, x, zero;                                                                                            \
    __asm__ volatile(EDGECNN_BEGIN                                                                                 \
                     "clr %[zero]\n"                                                                               \
                     "tst %[blocks]\n"                                                                             \
                     "brne 1f\n"                                                                                   \
                     "rjmp 2f\n"                                                                                   \
                     "1:\n" EDGECNN_TWICE(EDGECNN_TWICE(EDGECNN_TWICE(TERM))) /* too far for a branch */           \
                     "dec %[blocks]\n"                                                                             \
                     "breq 2f\n"                                                                                   \
                     "rjmp 1b\n"                                                                                   \
                     "2: tst %[rest]\n"                                                                            \
                     "breq 4f\n"                                                                                   \
                     "3:\n" TERM                                                                                   \
                     "dec %[rest]\n"                                                                               \
                     "brne 3b\n"                                                                                   \
                     "4: clr r1\n" EDGECNN_END                                                                     \
                     : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [w] "=&a"(w), [x] "=&a"(x), \
                       [zero] "=&r"(zero), [blocks] "+&r"(terms.blocks), [rest] "+&r"(terms.rest),                 \
                       [z] "+&z"(stream->at), [bank] "+&r"(stream->bank), [x_at] "+&x"(codes)                      \
                     :                                                                                             \
                     : "r0", "memory");                                                                            \
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;                                                        \
  }

#endif

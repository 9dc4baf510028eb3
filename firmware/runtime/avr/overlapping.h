/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four windows of three or five columns that overlap: the upper two and the lower two are one column apart, the lower
 * two one row below. A code is loaded once for a column of them, so that a term takes 27 cycles and not 31 (sums4.h).
 *
 * The patch has, for each input channel, one row more than the filter, and one row before the first channel. A row is
 * of pairs: for each column of the four windows a code + 128 of the upper two, and the one below it, of the lower two.
 * In the row of each channel that is too many lies nothing that counts.
 */
#ifndef EDGECNN_OVERLAPPING_H
#define EDGECNN_OVERLAPPING_H

#include <stdint.h>

#include "sums4.h"

/* One weight with the codes (a, b) of the left column and (c, d) of the right one; they change places each time. */
#define EDGECNN_COLUMN_TERM(a, b, c, d)                                                               \
  "ld %[" c                                                                                           \
  "], %a[x_at]+\n"                                                                                    \
  "ld %[" d "], %a[x_at]+\n" EDGECNN_NEXT("%[w]") EDGECNN_MAC("s0", "w", a) EDGECNN_MAC("s1", "w", c) \
      EDGECNN_MAC("s2", "w", b) EDGECNN_MAC("s3", "w", d)
#define EDGECNN_COLUMN_THEN_NEXT EDGECNN_COLUMN_TERM("a", "b", "c", "d") EDGECNN_COLUMN_TERM("c", "d", "a", "b")
#define EDGECNN_COLUMNS_3        EDGECNN_COLUMN_THEN_NEXT EDGECNN_COLUMN_TERM("a", "b", "c", "d")
#define EDGECNN_COLUMNS_5        EDGECNN_COLUMN_THEN_NEXT EDGECNN_COLUMNS_3

/* A function that adds the products of `channels` * `rows` rows to sums[4] and leaves the stream behind the weights. */
#define EDGECNN_OVERLAPPING_SUMS(name, columns)                                                                     \
  static inline void name(uint8_t channels, uint8_t rows, edgecnn_stream *stream, const uint8_t *patch,             \
                          __uint24 sums[4]) {                                                                       \
    __uint24 s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];                                                \
    uint8_t w, a, b, c, d, zero, row;                                                                               \
    __asm__ volatile(                                                                                               \
        EDGECNN_BEGIN                                                                                               \
        "clr %[zero]\n"                                                                                             \
        "1: mov %[row], %[rows]\n"                                                                                  \
        "2: ld %[a], %a[x_at]+\n"                                                                                   \
        "ld %[b], %a[x_at]+\n" EDGECNN_COLUMNS_##columns                                                            \
        "dec %[row]\n"                                                                                              \
        "breq 3f\n"                                                                                                 \
        "rjmp 2b\n" /* too far for a branch */                                                                      \
        "3: adiw %[x_at], 2 * (" #columns                                                                           \
        " + 1)\n"                                                                                                   \
        "dec %[channels]\n"                                                                                         \
        "breq 4f\n"                                                                                                 \
        "rjmp 1b\n"                                                                                                 \
        "4: clr r1\n" EDGECNN_END                                                                                   \
        : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [w] "=&r"(w), [a] "=&r"(a), [b] "=&r"(b), \
          [c] "=&r"(c), [d] "=&r"(d), [zero] "=&r"(zero), [row] "=&r"(row), [channels] "+&r"(channels),             \
          [z] "+&z"(stream->at), [bank] "+&r"(stream->bank), [x_at] "+&x"(patch)                                    \
        : [rows] "r"(rows)                                                                                          \
        : "r0", "memory");                                                                                          \
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;                                                         \
  }

/* What a row of codes adds up to in the left and in the right windows. */
typedef struct {
  uint16_t left, right;
} edgecnn_row_sums;

#define EDGECNN_COPY_CODE(code, at, below) \
  "ld " code                               \
  ", %a[from]\n"                           \
  "add %A[from], %A[step]\n"               \
  "adc %B[from], %B[step]\n"               \
  "subi " code                             \
  ", 0x80\n"                               \
  "std %a[to] + 2 * " at " + 1, " code     \
  "\n"                                     \
  "std %a[to] + 2 * " at " + " below ", " code "\n"
#define EDGECNN_COPY_ADDED(at, below) \
  EDGECNN_COPY_CODE("%[code]", at, below) "add %A[left], %[code]\nadc %B[left], %[zero]\n"
#define EDGECNN_COPY_3 EDGECNN_COPY_ADDED("1", "8") EDGECNN_COPY_ADDED("2", "8") EDGECNN_COPY_CODE("%[code]", "3", "8")
#define EDGECNN_COPY_5          \
  EDGECNN_COPY_ADDED("1", "12") \
  EDGECNN_COPY_ADDED("2", "12") \
  EDGECNN_COPY_ADDED("3", "12") EDGECNN_COPY_ADDED("4", "12") EDGECNN_COPY_CODE("%[code]", "5", "12")

/* A function that copies a row of codes, `step` bytes apart, to the row of pairs at `to` and to the one behind it. */
#define EDGECNN_OVERLAPPING_COPY(name, columns)                                                                \
  static inline edgecnn_row_sums name(const int8_t *from, int16_t step, uint8_t *to) {                         \
    uint8_t first, code, zero;                                                                                 \
    uint16_t left;                                                                                             \
    __asm__ volatile(                                                                                          \
        "clr %[zero]\n" EDGECNN_COPY_FIRST_##columns                                                           \
        "mov %A[left], %[first]\n"                                                                             \
        "clr %B[left]\n" EDGECNN_COPY_##columns                                                                \
        : [from] "+&x"(from), [code] "=&d"(code), [first] "=&d"(first), [zero] "=&r"(zero), [left] "=&r"(left) \
        : [to] "z"(to), [step] "r"(step)                                                                       \
        : "memory");                                                                                           \
    const edgecnn_row_sums sums = {left, (uint16_t)(left - first + code)};                                     \
    return sums;                                                                                               \
  }
#define EDGECNN_COPY_FIRST_3 EDGECNN_COPY_CODE("%[first]", "0", "8")
#define EDGECNN_COPY_FIRST_5 EDGECNN_COPY_CODE("%[first]", "0", "12")

#endif

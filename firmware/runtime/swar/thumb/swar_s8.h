/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dot products on cores without SIMD: two unsigned codes (code ^ 0x80), or two weights, lie 16 bits apart in one word,
 * so that one multiplication is two of them. Terms are added in groups whose sums fit into 16 bits each: proved from
 * the weights when the code is generated (edgecnn/targets/techniques/swar.py), as are the int32 totals.
 *
 * The stream of groups: {start, jump} before each, start being added to both lanes so that they never end below zero,
 * and jump leading into the ladder below, which takes two terms per step. After the last group of a block {bytes to
 * turn back the other pointer, jump} behind the ladder; after the last block {0, jump} to the end.
 */
#ifndef EDGECNN_SWAR_S8_H
#define EDGECNN_SWAR_S8_H

#include <stdint.h>

#include "operands.h"

#define EDGECNN_WINDOWS 4

typedef struct {
  const int32_t *words; /* one channel after the other */
} edgecnn_swar_stream;

/*
 * Two terms of four sums: words r2, r3 with the two words of each, r4, r5 and r6, r7; sums in r8 and r9. And the end of
 * a group: it is added to the totals. Both take as many bytes in either instruction set, so that the jumps are the
 * same.
 */
#if __ARM_ARCH_ISA_THUMB == 2
#define EDGECNN_SWAR_PRODUCTS \
  "mla r8, r4, r2, r8\n"      \
  "mla r9, r5, r2, r9\n"      \
  "mla r8, r6, r3, r8\n"      \
  "mla r9, r7, r3, r9\n"
#define EDGECNN_SWAR_TOTAL        \
  "add.w r10, r10, r8\n"          \
  "add.w r12, r12, r8, lsr #16\n" \
  "add.w r11, r11, r9\n"          \
  "add.w lr, lr, r9, lsr #16\n"
#define EDGECNN_SWAR_PACK "add.w r6, r6, r7, lsl #16\n"
#else
#define EDGECNN_SWAR_PRODUCTS \
  "muls r4, r2, r4\n"         \
  "add r8, r4\n"              \
  "muls r5, r2, r5\n"         \
  "add r9, r5\n"              \
  "muls r6, r3, r6\n"         \
  "add r8, r6\n"              \
  "muls r7, r3, r7\n"         \
  "add r9, r7\n"
#define EDGECNN_SWAR_TOTAL \
  "add r10, r8\n"          \
  "mov r2, r8\n"           \
  "lsrs r2, r2, #16\n"     \
  "add r12, r2\n"          \
  "add r11, r9\n"          \
  "mov r2, r9\n"           \
  "lsrs r2, r2, #16\n"     \
  "add lr, r2\n"
#define EDGECNN_SWAR_PACK \
  "lsls r7, r7, #16\n"    \
  "adds r6, r6, r7\n"
#endif

/* A step, and all: written out, since compilers take the lines for the size of the code, and .rept would hide it. */
#define EDGECNN_SWAR_STEP(single, pair) \
  "ldm " single                         \
  "!, {r2, r3}\n"                       \
  "ldm " pair "!, {r4, r5, r6, r7}\n" EDGECNN_SWAR_PRODUCTS
#define EDGECNN_SWAR_FOUR(single, pair) \
  EDGECNN_SWAR_STEP(single, pair)       \
  EDGECNN_SWAR_STEP(single, pair) EDGECNN_SWAR_STEP(single, pair) EDGECNN_SWAR_STEP(single, pair)
#define EDGECNN_SWAR_SIXTEEN(single, pair) \
  EDGECNN_SWAR_FOUR(single, pair)          \
  EDGECNN_SWAR_FOUR(single, pair) EDGECNN_SWAR_FOUR(single, pair) EDGECNN_SWAR_FOUR(single, pair)

/*
 * `single` is the pointer to one word per term, `pair` the one to two. Totals: r10 and r11 of both lanes, modulo 2^32;
 * r12 and lr of the upper lanes alone. `header` loads and starts a group in four instructions, the last one being
 * `add pc, jump`: -26 - 20 * steps; 0 ends a block, -2 all. At the end of a block `back`, one of the pointers, is where
 * the address of the sums stands.
 */
#define EDGECNN_SWAR_LOOP(single, pair, header, back)                                                       \
  "subs r2, " back                                                                                          \
  ", #4\n" /* r7 may hold the frame: kept in the word before */                                             \
  "str r7, [r2]\n"                                                                                          \
  "b 3f\n"                                                                                                  \
  "1:\n" EDGECNN_SWAR_SIXTEEN(single, pair) "2:\n" EDGECNN_SWAR_TOTAL "6:\n" header                         \
                                            "b.n 5f\n"                                                      \
                                            "4:\n"                                                          \
                                            ".if (2b - 1b) - 320\n.error \"a step has 20 bytes\"\n.endif\n" \
                                            "mov r7, r10\n"                                                 \
                                            "mov r5, r12\n"                                                 \
                                            "lsls r6, r5, #16\n"                                            \
                                            "subs r4, r7, r6\n"                                             \
                                            "mov r3, r11\n"                                                 \
                                            "mov r7, lr\n"                                                  \
                                            "lsls r6, r7, #16\n"                                            \
                                            "subs r6, r3, r6\n"                                             \
                                            "ldr r3, [" back                                                \
                                            "]\n"                                                           \
                                            "stm r3!, {r4, r5, r6, r7}\n"                                   \
                                            "str r3, [" back                                                \
                                            "]\n"                                                           \
                                            "subs " back ", " back                                          \
                                            ", r2\n"                                                        \
                                            "3:\n"                                                          \
                                            "movs r2, #0\n"                                                 \
                                            "mov r10, r2\n"                                                 \
                                            "mov r11, r2\n"                                                 \
                                            "mov r12, r2\n"                                                 \
                                            "mov lr, r2\n"                                                  \
                                            "b 6b\n"                                                        \
                                            "5:\n"                                                          \
                                            "subs r2, " back                                                \
                                            ", #4\n"                                                        \
                                            "ldr r7, [r2]\n"

#define EDGECNN_SWAR_CLOBBERS "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"

/*
 * The sums of every channel over four windows, to end[1 ...]: patch[2 * taps], before `end`, has for each tap the codes
 * of the windows 0 and 1 and those of 2 and 3. `taps` is even; patch[-1] and *end are overwritten.
 */
static inline void edgecnn_swar_windows(const uint32_t *patch, const edgecnn_swar_stream *stream, uint32_t *end) {
  register const uint32_t *x __asm__("r0") = patch;
  register const int32_t *w __asm__("r1") = stream->words;
  *end = (uint32_t)(uintptr_t)(end + 1);
  __asm__ volatile(EDGECNN_UNIFIED EDGECNN_SWAR_LOOP("r1", "r0",
                                                     "ldm r1!, {r2, r3}\n"
                                                     "mov r8, r2\n"
                                                     "mov r9, r2\n"
                                                     "add pc, r3\n",
                                                     "r0")
                   : "+r"(x), "+r"(w)
                   :
                   : EDGECNN_SWAR_CLOBBERS);
}

/*
 * The `run` codes of four windows, each up to first[i][end], as words: of two windows each, without sign. Returns where
 * the next ones belong.
 */
static inline uint32_t *edgecnn_swar_interleave(const int8_t *const first[EDGECNN_WINDOWS], int32_t end, int32_t run,
                                                uint32_t *words) {
  /* The pointers stand behind the run, the index counts up to 0. */
  register const int8_t *a __asm__("r0") = first[0] + end, *b __asm__("r1") = first[1] + end;
  register const int8_t *c __asm__("r2") = first[2] + end, *d __asm__("r3") = first[3] + end;
  register uint32_t *to __asm__("r4") = words;
  register int32_t i __asm__("r5") = -run;
  register int32_t offset EDGECNN_IN("r8") = 0x00800080;
  __asm__ volatile(EDGECNN_UNIFIED
                   "mov r12, r7\n" /* may hold the frame */
                   "1:\n"
                   "ldrsb r6, [r0, r5]\n"
                   "ldrsb r7, [r1, r5]\n" EDGECNN_SWAR_PACK
                   "add r6, %[offset]\n"
                   "stm r4!, {r6}\n"
                   "ldrsb r6, [r2, r5]\n"
                   "ldrsb r7, [r3, r5]\n" EDGECNN_SWAR_PACK
                   "add r6, %[offset]\n"
                   "stm r4!, {r6}\n"
                   "adds r5, r5, #1\n"
                   "bne 1b\n"
                   "mov r7, r12\n"
                   : "+r"(to), "+r"(i)
                   : "r"(a), "r"(b), "r"(c), "r"(d), [offset] "h"(offset)
                   : "r6", "r12", "cc", "memory");
  return to;
}

/*
 * The sums of all channels of a fully connected layer, four at a time, to where the word behind the codes points:
 * codes[depth], one a word, `depth` even; codes[-1] is overwritten. Starts differ by channel: {starts of 0 and 1,
 * starts of 2 and 3, jump}.
 */
static inline void edgecnn_swar_channels(const uint32_t *codes, const int32_t *stream) {
  register const int32_t *w __asm__("r0") = stream;
  register const uint32_t *x __asm__("r1") = codes;
  __asm__ volatile(EDGECNN_UNIFIED EDGECNN_SWAR_LOOP("r1", "r0",
                                                     "ldm r0!, {r2, r3, r4}\n"
                                                     "mov r8, r2\n"
                                                     "mov r9, r3\n"
                                                     "add pc, r4\n",
                                                     "r1")
                   : "+r"(w), "+r"(x)
                   :
                   : EDGECNN_SWAR_CLOBBERS);
}

#endif

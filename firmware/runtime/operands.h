/* SPDX-License-Identifier: Apache-2.0 */
/* Which register an operand of assembly takes. */
#ifndef EDGECNN_OPERANDS_H
#define EDGECNN_OPERANDS_H

/*
 * Of a register variable, for assembly that leaves few: GCC fails to find them where the chip has an FPU or is a
 * Thumb-1. clang does find them, and better ones than we.
 */
#ifdef __clang__
#define EDGECNN_IN(name)
#else
#define EDGECNN_IN(name) __asm__(name)
#endif

/* Four words that assembly reads: of an array without a register for its address GCC makes an internal error (-flto).
 */
#ifdef __clang__
#define EDGECNN_READS_4(words) "m"(*(const int32_t(*)[4])(words))
#else
#define EDGECNN_READS_4(words) "m"((words)[0]), "m"((words)[1]), "m"((words)[2]), "m"((words)[3])
#endif

/* GCC takes assembly for Thumb-1 to be in an older syntax than all others unless that begins with this. */
#define EDGECNN_UNIFIED ".syntax unified\n"

#endif

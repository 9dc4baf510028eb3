/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of codes as int16. */
#ifndef EDGECNN_NEON_WIDEN_H
#define EDGECNN_NEON_WIDEN_H

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

/* copy[0 .. count - 1] = codes; returns the copy's end. */
static __attribute__((noinline)) int8_t *edgecnn_neon_widen(const int8_t *codes, int32_t count, int8_t *copy) {
  for (; count >= 8; count -= 8, codes += 8, copy += 16) {
    vst1q_s8(copy, vreinterpretq_s8_s16(vmovl_s8(vld1_s8(codes))));
  }
  for (int32_t i = 0; i < count; i++, copy += 2) {
    const int16_t code = codes[i];
    memcpy(copy, &code, sizeof code);
  }
  return copy;
}

#endif

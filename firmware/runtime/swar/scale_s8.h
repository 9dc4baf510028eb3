/* SPDX-License-Identifier: Apache-2.0 */
/* Requantization on cores without 64-bit products. */
#ifndef EDGECNN_SCALE_S8_H
#define EDGECNN_SCALE_S8_H

#include <stdint.h>

#include "fixed_point.h"

/* Of one channel. Checked when the code is generated: equal to edgecnn_mbqm and the clamp for every accumulator. */
typedef struct {
  int32_t bias;  /* a = sum + bias; codes rise above the lowest from a = 1 on */
  int32_t limit; /* and are the highest from a = limit on; 0: the long way, with edgecnn_mbqm's multiplier and shift */
  uint32_t factor, rounding, rest;
} edgecnn_scale;

typedef struct {
  int32_t output_zero_point;      /* -128 .. 127 */
  int32_t output_min, output_max; /* of the activation, within -128 .. 127 */
  int32_t shift;                  /* 1 .. 12 */
} edgecnn_scale_params;

/* edgecnn_mbqm with four 16-bit products. */
static __attribute__((noinline)) int32_t edgecnn_scale_long(int32_t sum, int32_t multiplier, int shift) {
  const int32_t a = shift > 0 ? sum * ((int32_t)1 << shift) : sum;
  const uint32_t low = (uint32_t)a & 0xffff, m_low = (uint32_t)multiplier & 0xffff;
  const int32_t high = a >> 16, m_high = multiplier >> 16;
  const int32_t up = high * (int32_t)m_low; /* at least -2^15 * 2^16 */
  const uint32_t down = low * (uint32_t)m_high;
  /* All that is below 2^32 in units of 2^16, half of 2^31 added: its bit 15 is the result's lowest. */
  const uint32_t middle = ((low * m_low) >> 16) + ((uint32_t)up & 0xffff) + (down & 0xffff) + 0x4000;
  const int32_t whole = high * m_high + (up >> 16) + (int32_t)(down >> 16) + (int32_t)(middle >> 16);
  const int32_t doubled = (int32_t)((uint32_t)whole << 1 | (middle >> 15 & 1));
  return shift > 0 ? doubled : edgecnn_rdbp(doubled, -shift);
}

/* The output code of a channel's sum. */
static inline int8_t edgecnn_scale_code(const edgecnn_scale_params *p, const edgecnn_scale *scale, int32_t sum) {
  const int32_t a = sum + scale->bias, limit = scale->limit, shift = p->shift;
  if (limit == 0) {
    const int32_t code = edgecnn_scale_long(a, (int32_t)scale->factor, (int32_t)scale->rounding);
    return edgecnn_clamp(code + p->output_zero_point, p->output_min, p->output_max);
  }
  if (a <= 0) return (int8_t)p->output_min;
  if (a >= limit) return (int8_t)p->output_max;
  const uint32_t u = (uint32_t)a, factor = scale->factor; /* no sum here reaches 2^32 */
  const uint32_t low = u & (((uint32_t)1 << shift) - 1);
  const uint32_t scaled = (u >> shift) * factor + ((low * factor) >> shift) + ((u * scale->rest) >> (8 + shift));
  return (int8_t)(p->output_min + (int32_t)((scaled + scale->rounding) >> 24));
}

#endif

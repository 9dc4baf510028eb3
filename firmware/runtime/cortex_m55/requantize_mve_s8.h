/* SPDX-License-Identifier: Apache-2.0 */
/* Requantization of four channels at once with MVE: the functions of fixed_point.h, bit for bit. */
#ifndef EDGECNN_REQUANTIZE_MVE_S8_H
#define EDGECNN_REQUANTIZE_MVE_S8_H

#include <arm_mve.h>
#include <stdint.h>

/* What a layer has for each channel, from some channel on, and for all. */
typedef struct {
  const int32_t *bias, *multipliers;
  const int8_t *shifts; /* of every four channels: four left shifts >= 0, four right shifts <= 0 */
  int32_t zero_point, low, high;
} edgecnn_channels;

/* Of four channels. */
typedef struct {
  int32x4_t bias, multipliers, left, right;
} edgecnn_four;

/* The next four channels. */
static inline edgecnn_four edgecnn_next_four(edgecnn_channels *channels) {
  const edgecnn_four four = {vld1q_s32(channels->bias), vld1q_s32(channels->multipliers), vldrbq_s32(channels->shifts),
                             vldrbq_s32(channels->shifts + 4)};
  channels->bias += 4;
  channels->multipliers += 4;
  channels->shifts += 8;
  return four;
}

/*
 * edgecnn_mbqm of four numbers, each with its own multiplier and shifts. VQRDMULH is edgecnn_srdhm (it saturates only
 * where both factors are INT32_MIN); VRSHL rounds ties upward, so that 1 less of what is negative and will be shifted
 * rounds them away from zero.
 */
static inline int32x4_t edgecnn_mbqm_mve(int32x4_t x, int32x4_t multipliers, int32x4_t left, int32x4_t right) {
  x = vqrdmulhq_s32(vshlq_s32(x, left), multipliers);
  x = vqaddq_s32(x, vshrq_n_s32(vandq_s32(x, right), 31));
  return vrshlq_s32(x, right);
}

/*
 * The same where no shift is to the left and what is below 0 will be clamped to it: how ties below 0 are rounded makes
 * no difference.
 */
static inline int32x4_t edgecnn_mbqm_brief(int32x4_t x, int32x4_t multipliers, int32x4_t right) {
  return vrshlq_s32(vqrdmulhq_s32(x, multipliers), right);
}

/* The output codes of four sums that have their bias; `brief` where edgecnn_mbqm_brief serves. */
static inline int32x4_t edgecnn_codes(const edgecnn_channels *c, const edgecnn_four *four, int32x4_t sums, int brief) {
  const int32x4_t x = brief ? edgecnn_mbqm_brief(sums, four->multipliers, four->right)
                            : edgecnn_mbqm_mve(sums, four->multipliers, four->left, four->right);
  return vminq_s32(vmaxq_s32(vaddq_n_s32(x, c->zero_point), vdupq_n_s32(c->low)), vdupq_n_s32(c->high));
}

/* The output codes of four sums. */
static inline int32x4_t edgecnn_requantize(const edgecnn_channels *c, const edgecnn_four *four, int32x4_t sums) {
  return edgecnn_codes(c, four, vaddq_s32(sums, four->bias), 0);
}

#endif

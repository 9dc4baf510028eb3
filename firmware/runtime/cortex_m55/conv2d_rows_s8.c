/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_rows_s8.h"

#include "conv2d_blocks_mve_s8.h"

/* Two windows, how their rows lie, and where their sums go. The assembly below knows the order. */
typedef struct {
  const int8_t *first[2];
  int32_t whole;     /* whole vectors of a row, before its last */
  int32_t last;      /* codes in that one, 1 .. 16 */
  int32_t gap;       /* from its end to the next row */
  const int8_t *end; /* of the four channels' weights */
  int32_t *sums;     /* [2][4] */
} rows;

/* clang-format off */
#define CHANNEL(w, a, b) /* a vector of its weights, and its sums of both windows */ \
  "vldrb.8 " w ", [r5], #16\n\t" "vmladava.s8 " a ", q0, " w "\n\t" "vmladava.s8 " b ", q1, " w "\n\t"
#define CHANNELS \
  CHANNEL("q2", "r0", "r8") CHANNEL("q3", "r2", "r10") CHANNEL("q2", "r4", "r12") CHANNEL("q3", "r6", "lr")

/*
 * The sums of four channels of two windows. Eight accumulators, for which VMLADAVA takes even registers only, three
 * pointers, their step, their end and a counter are all registers there are; no compiler finds that. Of a row's last
 * vector only what is there is read: behind it the input may end. No partial sum leaves int32: proved.
 */
static __attribute__((noinline)) void four_channels(const rows *windows, const int8_t *weights) {
  register const rows *r0 __asm__("r0") = windows;
  register const int8_t *r1 __asm__("r1") = weights;
  __asm__ volatile(
      "vmov s17, r7\n\t" /* the frame pointer, which cannot be in the list below */
      "mov r5, r1\n\t"
      "ldrd r2, r3, [r0, #8]\n\t"
      "vmov s16, r2\n\t"
      "vctp.8 r3\n\t"
      "ldrd r9, r11, [r0, #16]\n\t"
      "ldr r2, [r0, #24]\n\t"
      "vmov s18, r2\n\t"
      "ldrd r1, r3, [r0]\n\t"
      "movs r0, #0\n\t" "movs r2, #0\n\t" "movs r4, #0\n\t" "movs r6, #0\n\t"
      "mov r8, r0\n\t" "mov r10, r0\n\t" "mov r12, r0\n\t" "mov lr, r0\n\t"
      "1: vmov r7, s16\n\t" /* a row */
      "cbz r7, 3f\n\t"
      "2: vldrb.8 q0, [r1], #16\n\t" "vldrb.8 q1, [r3], #16\n\t"
      CHANNELS
      "subs r7, #1\n\t"
      "bne 2b\n\t"
      "3: vpstt\n\t" "vldrbt.8 q0, [r1], #16\n\t" "vldrbt.8 q1, [r3], #16\n\t"
      CHANNELS
      "add r1, r9\n\t"
      "add r3, r9\n\t"
      "cmp r5, r11\n\t"
      "bne 1b\n\t"
      "vmov r1, s18\n\t"
      "strd r0, r2, [r1]\n\t" "strd r4, r6, [r1, #8]\n\t"
      "strd r8, r10, [r1, #16]\n\t" "strd r12, lr, [r1, #24]\n\t"
      "vmov r7, s17\n\t"
      : "+r"(r0), "+r"(r1)
      :
      : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "q0", "q1", "q2", "q3", "q4", "cc",
        "memory");
}
/* clang-format on */

typedef struct {
  const edgecnn_conv2d_s8_params *conv;
  int32_t run, padded; /* codes in a row, and with zeros up to a whole vector */
} context;

static void compute(const void *params, const edgecnn_run *run, const edgecnn_block *block) {
  const context *c = params;
  const edgecnn_conv2d_s8_params *conv = c->conv;
  const int32_t padded = c->padded, four = EDGECNN_BLOCK * padded * conv->geometry.filter_height,
                all = conv->output_channels;
  const int32_t row =
      run->in_place ? conv->geometry.input_width * conv->dilation_height * conv->geometry.input_channels : padded;
  int32_t sums[EDGECNN_BLOCK * EDGECNN_BLOCK];
  rows pair = {{0, 0}, padded / EDGECNN_VECTOR - 1, c->run - padded + EDGECNN_VECTOR, row - padded, 0, sums};
  const int8_t *first = run->first;
  int8_t *output = block->output;
  for (int32_t i = run->count; i > 0; i--, first += run->step, output += all) {
    const int8_t *weights = conv->weights;
    edgecnn_channels channels = edgecnn_channels_of(conv);
    for (int32_t oc = 0; oc < all; oc += EDGECNN_BLOCK) {
      pair.end = weights + four;
      for (int k = 0; k < EDGECNN_BLOCK; k += 2) {
        pair.first[0] = first + run->at[k];
        pair.first[1] = first + run->at[k + 1];
        pair.sums = sums + k * EDGECNN_BLOCK;
        four_channels(&pair, weights);
      }
      weights += four;
      edgecnn_block_write(block, &channels, output + oc, all - oc, sums, EDGECNN_BLOCK);
    }
  }
}

EDGECNN_KERNEL void edgecnn_conv2d_rows_s8(const edgecnn_conv2d_rows_s8_params *p, const int8_t *input, int8_t *output,
                                           int8_t *scratch) {
  const int32_t run = p->conv.geometry.filter_width * p->conv.geometry.input_channels;
  const int32_t padded = (run + EDGECNN_VECTOR - 1) & -EDGECNN_VECTOR;
  const context c = {&p->conv, run, padded};
  edgecnn_conv2d_blocks(p, input, output, scratch, padded, padded * p->conv.geometry.filter_height,
                        p->conv.dilation_width == 1, compute, &c);
}

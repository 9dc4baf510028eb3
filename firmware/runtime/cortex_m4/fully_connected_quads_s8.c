/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_quads_s8.h"

#include "dsp.h"

/*
 * Four inputs of four channels with three instead of four instructions each. With a word's inputs u0, s1, u2, s3 as
 * bytes, u being code + 128 and s the code, its halves are 256 * s1 + u0 and 256 * s3 + u2; weights lie in halves
 * h = w1 - 256 * w0, whose lower byte is w1. So (256 * s1 + u0) * w1 - u0 * h = 256 * (s1 * w1 + u0 * w0).
 * 56 bytes of code, all instructions being wide ones.
 */
#define EDGECNN_FOUR_INPUTS(channel, sum) \
  "sxtb16 r10, " channel                  \
  "\n\t"                                  \
  "smlad " sum ", r8, r10, " sum          \
  "\n\t"                                  \
  "smlad " sum ", r9, " channel ", " sum "\n\t"
#define EDGECNN_SIXTEEN                                                                        \
  "ldm.w lr!, {r0-r3}\n\t"                                                                     \
  "ldrd r8, r9, [r12], #8\n\t" EDGECNN_FOUR_INPUTS("r0", "r4") EDGECNN_FOUR_INPUTS("r1", "r5") \
      EDGECNN_FOUR_INPUTS("r2", "r6") EDGECNN_FOUR_INPUTS("r3", "r7")

/*
 * The codes of four channels in one word, and in *weights those of the next four: four biases, for each four inputs the
 * weights of each channel, and for each channel the numbers for EDGECNN_REQUANTIZE. The loop of eight is entered where
 * as many are left as make the rest a multiple of eight. Sums stay within int32: proved from the weights when the code
 * is generated.
 */
static inline int32_t quad_codes(const int32_t **weights, const int32_t *inputs, const int32_t *inputs_end,
                                 int32_t skipped_bytes) {
  int32_t pushed[2]; /* the loop needs r7, which may hold the frame */
  register const int32_t *x __asm__("r12") = inputs;
  register const int32_t *w __asm__("lr") = *weights;
  register const int32_t *end __asm__("r11") = inputs_end;
  register int32_t codes __asm__("r8") = skipped_bytes;
  __asm__ volatile(
      "push {r6, r7}\n\t"
      "ldm lr!, {r4-r7}\n\t"
      "add pc, r8\n\t" /* pc is the address of the loop */
      "nop\n"
      "1:\n\t" EDGECNN_SIXTEEN EDGECNN_SIXTEEN EDGECNN_SIXTEEN EDGECNN_SIXTEEN EDGECNN_SIXTEEN EDGECNN_SIXTEEN
          EDGECNN_SIXTEEN EDGECNN_SIXTEEN
      "cmp r12, r11\n\t"
      "bne.w 1b\n\t" EDGECNN_REQUANTIZE("r4", "lr") "uxtb r8, r0\n\t" EDGECNN_REQUANTIZE("r5", "lr")
          "bfi r8, r0, #8, #8\n\t" EDGECNN_REQUANTIZE("r6", "lr") "bfi r8, r0, #16, #8\n\t" EDGECNN_REQUANTIZE(
              "r7", "lr") "bfi r8, r0, #24, #8\n\t"
      "pop {r6, r7}"
      : "+r"(x), "+r"(w), "+r"(end), "+r"(codes), "=m"(pushed)
      :
      : "r0", "r1", "r2", "r3", "r4", "r5", "r9", "r10", "cc", "memory");
  *weights = w;
  return codes;
}

/* For each four codes of a row the word and minus its u0, u2, see above; what fills up the last four is multiplied with
 * 0. */
static void prepare(const int8_t *input, int32_t depth, int32_t *words) {
  for (int32_t i = 0; i < depth; i += 4) {
    int32_t word = 0;
    if (i + 4 <= depth) {
      word = edgecnn_load4(input + i);
    } else {
      for (int32_t k = depth - 1; k >= i; k--) word = (int32_t)((uint32_t)word << 8) | (uint8_t)input[k];
    }
    word ^= 0x00800080;
    *words++ = word;
    *words++ = edgecnn_minus_even_bytes(word);
  }
}

EDGECNN_KERNEL void edgecnn_fully_connected_quads_s8(const edgecnn_fully_connected_quads_s8_params *p,
                                                     const int8_t *input, int8_t *output, int8_t *scratch) {
  int32_t *words = (int32_t *)(void *)scratch;
  const int32_t channels = p->output_channels, fours = (p->input_depth + 3) >> 2;
  const int32_t skipped = (-fours & 7) * 56;
  int8_t *to = output;
  for (int32_t row = 0; row < p->rows; row++) {
    const int32_t *weights = p->weights;
    prepare(input + row * p->input_depth, p->input_depth, words);
    EDGECNN_ROLLED for (int32_t left = channels; left > 0; left -= 4) {
      int32_t codes = quad_codes(&weights, words, words + 2 * fours, skipped);
      if (left >= 4) {
        edgecnn_store4(to, codes);
        to += 4;
      } else {
        EDGECNN_ROLLED for (const int8_t *end = to + left; to < end; codes >>= 8) *to++ = (int8_t)codes;
      }
    }
  }
  edgecnn_narrow(output, p->rows * channels, p->output_min, p->output_max);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_conv2d_3x3_s8.h"

#include "dsp.h"

/* One tap of four channels: weights are int16 pairs of the channels (0, 2) and (1, 3), as codes become when widened. */
#define EDGECNN_TAP(at)         \
  "ldr r0, [%[x]" at            \
  "]\n\t"                       \
  "ldrd r2, r3, [%[w]], #8\n\t" \
  "sxtb16 r1, r0\n\t"           \
  "sxtb16 r0, r0, ror #8\n\t"   \
  "smlabb r4, r1, r2, r4\n\t"   \
  "smlabb r5, r0, r3, r5\n\t"   \
  "smlatt r6, r1, r2, r6\n\t"   \
  "smlatt r8, r0, r3, r8\n\t"
#define EDGECNN_ROW EDGECNN_TAP("") EDGECNN_TAP(", %[pixel]") EDGECNN_TAP(", %[pixel], lsl #1")

/*
 * The codes of four channels in one word, and in *weights those of the next four: four biases, nine times the weights,
 * and for each channel the numbers for EDGECNN_REQUANTIZE. `pixel` and `row` are the bytes from one to the next. Sums
 * stay within int32: proved from the weights when the code is generated.
 */
static inline int32_t four_codes(const int32_t **weights, const int8_t *first, int32_t pixel, int32_t row) {
  register const int8_t *x EDGECNN_IN("r12") = first;
  register const int32_t *w EDGECNN_IN("lr") = *weights;
  register int32_t codes EDGECNN_IN("r9");
  register int32_t to_pixel EDGECNN_IN("r10") = pixel, to_row EDGECNN_IN("r11") = row;
  __asm__ volatile(
      "ldm %[w]!, {r4, r5, r6, r8}\n\t" EDGECNN_ROW "add %[x], %[row]\n\t" EDGECNN_ROW
      "add %[x], %[row]\n\t" EDGECNN_ROW EDGECNN_REQUANTIZE("r4", "%[w]")
      "uxtb %[codes], r0\n\t" EDGECNN_REQUANTIZE("r5", "%[w]")
      "bfi %[codes], r0, #8, #8\n\t" EDGECNN_REQUANTIZE("r6", "%[w]")
      "bfi %[codes], r0, #16, #8\n\t" EDGECNN_REQUANTIZE("r8", "%[w]")
      "bfi %[codes], r0, #24, #8"
      : [x] "+&r"(x), [w] "+&r"(w), [codes] "=&r"(codes)
      : [pixel] "r"(to_pixel), [row] "r"(to_row)
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "memory");
  *weights = w;
  return codes;
}

EDGECNN_KERNEL void edgecnn_depthwise_conv2d_3x3_s8(const edgecnn_depthwise_conv2d_3x3_s8_params *p,
                                                    const int8_t *input, int8_t *output, int8_t *scratch) {
  const edgecnn_window *w = &p->window;
  const int32_t channels = w->geometry.input_channels;
  int8_t *to = output;
  EDGECNN_ROLLED for (int32_t oy = 0; oy < w->geometry.output_height; oy++) {
    const int32_t y = oy * w->geometry.stride_height - w->geometry.pad_top;
    EDGECNN_ROLLED for (int32_t ox = 0; ox < w->geometry.output_width; ox++) {
      const int32_t x = ox * w->geometry.stride_width - w->geometry.pad_left;
      const int inside = y >= 0 && x >= 0 && y + 3 <= w->geometry.input_height && x + 3 <= w->geometry.input_width;
      const int32_t row = (inside ? w->geometry.input_width : 3) * channels;
      const int8_t *first = inside ? input + y * row + x * channels : scratch;
      const int32_t *weights = p->weights;
      if (!inside) edgecnn_gather(w, input, y, x, scratch);
      EDGECNN_ROLLED for (const int8_t *end = first + channels; first < end; first += 4) {
        edgecnn_store4(to, four_codes(&weights, first, channels, row));
        to += 4;
      }
    }
  }
  edgecnn_narrow(output, (int32_t)(to - output), p->output_min, p->output_max);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "conv2d_max_pool2d_plane_s8.h"

#include "dsp.h"

/*
 * One column of a filter for the four pixels: the three words of a column hold its rows (0, 1), (2, 3) and (4, 5).
 * HERE are the words of the left pixels' column, NEXT those of the right ones', which are loaded; for both, a pair of
 * words of weights serves the upper pixels and the lower ones. 64 bytes of code, all instructions being wide ones.
 */
#define EDGECNN_ROWS(here, next) \
  "ldrd r3, r8, [lr], #8\n\t"    \
  "smlad r4, " here              \
  ", r3, r4\n\t"                 \
  "smlad r5, " next              \
  ", r3, r5\n\t"                 \
  "smlad r6, " here              \
  ", r8, r6\n\t"                 \
  "smlad r7, " next ", r8, r7\n\t"

#define EDGECNN_COLUMN(h0, h1, h2, n0, n1, n2) \
  "ldm.w r12!, {" n0 ", " n1 ", " n2 "}\n\t" EDGECNN_ROWS(h0, n0) EDGECNN_ROWS(h1, n1) EDGECNN_ROWS(h2, n2)
#define EDGECNN_EVEN_COLUMN EDGECNN_COLUMN("r0", "r1", "r2", "r9", "r10", "r11")
#define EDGECNN_ODD_COLUMN  EDGECNN_COLUMN("r9", "r10", "r11", "r0", "r1", "r2")

/*
 * The codes of the largest of the four pixels' sums, channel by channel, written to `to` until `end`. A channel's
 * weights are a bias, for each column and pair of rows the int16 weights of the upper pixels and, one row lower, of the
 * lower ones, and four numbers for EDGECNN_REQUANTIZE. Of seven columns the first `skipped` / 64 are skipped. Sums stay
 * within int32: proved from the weights when the code is generated.
 */
static inline int8_t *largest_codes(const int32_t *weights, const int32_t *columns, int32_t skipped, int8_t *to,
                                    const int8_t *end) {
  int32_t pushed[6]; /* the loop needs all registers, r7 too, which may hold the frame */
  register const int32_t *x __asm__("r0") = columns;
  register int32_t skip __asm__("r1") = skipped;
  register int8_t *code __asm__("r2") = to;
  register const int8_t *last __asm__("r3") = end;
  register const int32_t *w __asm__("lr") = weights;
  __asm__ volatile(
      "push {r0-r3, r6, r7}\n"
      "1:\n\t"
      "ldrd r12, r3, [sp]\n\t"
      "ldr r4, [lr], #4\n\t"
      "mov r5, r4\n\t"
      "mov r6, r4\n\t"
      "mov r7, r4\n\t"
      "ldm r12, {r0-r2}\n\t" /* the first column, wherever the first pair of rows expects it */
      "ldm r12!, {r9-r11}\n\t"
      "add pc, r3\n\t" /* pc is the address of the first column */
      "nop\n\t" EDGECNN_EVEN_COLUMN EDGECNN_ODD_COLUMN EDGECNN_EVEN_COLUMN EDGECNN_ODD_COLUMN EDGECNN_EVEN_COLUMN
          EDGECNN_ODD_COLUMN EDGECNN_EVEN_COLUMN
      "cmp r4, r5\n\t"
      "it lt\n\t"
      "movlt r4, r5\n\t"
      "cmp r4, r6\n\t"
      "it lt\n\t"
      "movlt r4, r6\n\t"
      "cmp r4, r7\n\t"
      "it lt\n\t"
      "movlt r4, r7\n\t" EDGECNN_REQUANTIZE("r4", "lr")
      "ldrd r1, r2, [sp, #8]\n\t"
      "strb r0, [r1], #1\n\t"
      "str r1, [sp, #8]\n\t"
      "cmp r1, r2\n\t"
      "bne.w 1b\n\t"
      "pop {r0-r3, r6, r7}"
      : "+r"(x), "+r"(skip), "+r"(code), "+r"(last), "+r"(w), "=m"(pushed)
      :
      : "r4", "r5", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
  return code;
}

/* Two rows of the input, or of zeros where the step is 0. */
typedef struct {
  const int8_t *upper, *lower;
  int32_t upper_step, lower_step;
} row_pair;

/* Move columns up by two rows and append codes of a pair of rows. Returns the column behind. */
static inline int32_t *append(row_pair rows, int32_t count, int32_t *columns) {
  if (count <= 0) return columns;
  register const int8_t *upper EDGECNN_IN("r0") = rows.upper, *lower EDGECNN_IN("r1") = rows.lower;
  register int32_t upper_step EDGECNN_IN("r8") = rows.upper_step, lower_step EDGECNN_IN("r9") = rows.lower_step;
  register int32_t *to EDGECNN_IN("r6") = columns;
  register int32_t left EDGECNN_IN("r12") = count;
  __asm__ volatile(
      "1:\n\t"
      "ldrsb r4, [%[upper]]\n\t"
      "ldrsb r5, [%[lower]]\n\t"
      "ldrd r2, r3, [%[columns], #4]\n\t"
      "add %[upper], %[upper_step]\n\t"
      "add %[lower], %[lower_step]\n\t"
      "pkhbt r4, r4, r5, lsl #16\n\t"
      "subs %[count], #1\n\t"
      "stm %[columns]!, {r2-r4}\n\t"
      "bne 1b"
      : [upper] "+r"(upper), [lower] "+r"(lower), [columns] "+r"(to), [count] "+r"(left)
      : [upper_step] "r"(upper_step), [lower_step] "r"(lower_step)
      : "r2", "r3", "r4", "r5", "cc", "memory");
  return to;
}

/* Append the rows y and y + 1, with their padding. */
static EDGECNN_APART void append_rows(const edgecnn_conv2d_max_pool2d_plane_s8_params *p, const int8_t *input,
                                      int32_t y, int32_t *columns) {
  const int8_t zero = (int8_t)p->input_zero_point;
  const int upper = y >= 0 && y < p->input_height, lower = y >= -1 && y + 1 < p->input_height;
  const int32_t count = 2 * p->pooled_width + p->filter_width - 1 - p->pad_left;
  const int32_t inside = count < p->input_width ? count : p->input_width;
  row_pair nothing = {&zero, &zero, 0, 0};
  row_pair rows = {upper ? input + y * p->input_width : &zero, lower ? input + (y + 1) * p->input_width : &zero, upper,
                   lower};
  columns = append(nothing, p->pad_left, columns);
  columns = append(rows, inside, columns);
  append(nothing, count - inside, columns);
}

EDGECNN_KERNEL void edgecnn_conv2d_max_pool2d_plane_s8(const edgecnn_conv2d_max_pool2d_plane_s8_params *p,
                                                       const int8_t *input, int8_t *output, int8_t *scratch) {
  int32_t *columns = (int32_t *)(void *)scratch;
  const int32_t *const weights = p->weights;
  const int32_t channels = p->output_channels, skipped = (7 - p->filter_width) * 64;
  int8_t *to = output;
  append_rows(p, input, -p->pad_top, columns);
  append_rows(p, input, -p->pad_top + 2, columns);
  EDGECNN_ROLLED for (int32_t py = 0; py < p->pooled_height; py++) {
    append_rows(p, input, 2 * py - p->pad_top + 4, columns);
    const int32_t *left = columns;
    for (const int32_t *end = left + 6 * p->pooled_width; left < end; left += 6) {
      to = largest_codes(weights, left, skipped, to, to + channels);
    }
  }
  edgecnn_narrow(output, (int32_t)(to - output), p->output_min, p->output_max);
}

/* The copy of the input in which the x86-64 convolutions have all their windows. */
#ifndef EDGECNN_X86_COPY_H
#define EDGECNN_X86_COPY_H

#include "x86_any.h"
#include "x86_avx2.h"
#include "x86_conv2d.h"
#include "x86_vnni.h"

typedef struct {
  int32_t size; /* bytes of a code in the copy */
  void (*widen)(const int8_t *codes, int32_t count, void *copy);
} edgecnn_x86_widen;

/* Extends the copy by zeros and returns its end. */
static inline int8_t *edgecnn_x86_zeros(const edgecnn_x86_widen *widen, int32_t zero, int32_t count, int8_t *copy) {
  int8_t zeros[64];
  for (int i = 0; i < 64; i++) zeros[i] = (int8_t)zero;
  for (int32_t i = 0; i < count; i += 64, copy += 64 * widen->size) {
    const int32_t part = count - i < 64 ? count - i : 64;
    widen->widen(zeros, part, copy);
    if (part < 64) return copy + part * widen->size;
  }
  return copy;
}

/* Copies the input and the zeros around it. */
static inline void edgecnn_x86_copy(const edgecnn_x86_conv2d *p, const edgecnn_x86_widen *widen, const int8_t *input,
                                    int8_t *copy) {
  int32_t gap = p->above;
  for (int32_t y = 0; y < p->rows; y++, input += p->input_row) {
    copy = edgecnn_x86_zeros(widen, p->zero, gap, copy);
    widen->widen(input, p->row, copy);
    copy += p->row * widen->size;
    gap = p->between;
  }
  edgecnn_x86_zeros(widen, p->zero, p->below, copy);
}

/* By EDGECNN_X86_VNNI ... */
static const edgecnn_x86_widen edgecnn_x86_widens[] = {
    {1, edgecnn_vnni_widen}, {2, edgecnn_avx2_widen}, {1, edgecnn_any_widen}};

#endif

/* Which part of a sliding window lies within the input. */
#ifndef EDGECNN_WINDOW_H
#define EDGECNN_WINDOW_H

#include <stdint.h>

typedef struct {
  int32_t begin, end; /* taps begin .. end - 1; none when begin >= end */
} edgecnn_taps;

/* The taps t of 0 .. taps - 1 with 0 <= origin + t * dilation < size, on one axis. dilation >= 1. */
static inline edgecnn_taps edgecnn_taps_inside(int32_t origin, int32_t taps, int32_t dilation, int32_t size) {
  edgecnn_taps inside = {0, taps};
  while (inside.begin < inside.end && origin + inside.begin * dilation < 0) inside.begin++;
  while (inside.end > inside.begin && origin + (inside.end - 1) * dilation >= size) inside.end--;
  return inside;
}

#endif

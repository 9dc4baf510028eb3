/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first layers of a network, row by row: neither its input nor the maps between them lie in memory as a whole. Each
 * layer is a stage with a slab, the rows that its kernel reads for one row of its output. When the slab is full, the
 * kernel writes its row into the next stage's slab, and the slab slides on.
 */
#ifndef EDGECNN_STREAM_H
#define EDGECNN_STREAM_H

#include <stdint.h>

#include "flash.h"
#include "stream_state.h"

/*
 * The last stage has no kernel and a slab that is never full: the memory of what the streamed layers compute.
 * top + height + bottom and stride are at most 32,767.
 */
typedef struct {
  int32_t slab;                /* where in the arena */
  int32_t row_size;            /* bytes */
  int16_t extent;              /* rows in the full slab */
  int16_t stride;              /* rows by which it slides on, >= 1 */
  int16_t top, height, bottom; /* rows of padding, of input, of padding; top and bottom are less than extent */
  int16_t fill;                /* the code of padding */
} edgecnn_stage;

/* Calls the kernel of a stage, whose slab lies in `arena` and which writes a row to `output`. */
typedef void edgecnn_stage_kernel(int stage, int8_t *arena, int8_t *output);

/* Where the next row of a stage is to be written. */
static inline int8_t *edgecnn_stage_row(const EDGECNN_FLASH edgecnn_stage *stage, const edgecnn_stage_state *state,
                                        int8_t *arena) {
  return arena + stage->slab + (state->filled > 0 ? state->filled : 0) * stage->row_size;
}

static inline void edgecnn_stage_fill(int8_t *rows, int32_t size, int32_t code) {
  for (int32_t i = 0; i < size; i++) rows[i] = (int8_t)code;
}

/* 1 if the stage has had all its input and still lacks padding, of which it then has got a row. */
static inline int edgecnn_stage_pad(const EDGECNN_FLASH edgecnn_stage *stage, const edgecnn_stage_state *state,
                                    int8_t *arena) {
  const int32_t end = (int32_t)stage->top + stage->height;
  if (state->taken < end || state->taken == end + stage->bottom) return 0;
  edgecnn_stage_fill(edgecnn_stage_row(stage, state, arena), stage->row_size, stage->fill);
  return 1;
}

/* Leave out the rows that no later window reads. */
static inline void edgecnn_stage_slide(const EDGECNN_FLASH edgecnn_stage *stage, edgecnn_stage_state *state,
                                       int8_t *arena) {
  int8_t *const slab = arena + stage->slab;
  const int32_t kept = stage->extent - stage->stride;
  if (kept > 0) {
    const int32_t size = kept * stage->row_size, from = stage->stride * stage->row_size;
    for (int32_t i = 0; i < size; i++) slab[i] = slab[i + from];
  }
  state->filled = (int16_t)kept;
}

/* Count the row that the stage has got, the first of which brings the padding above it; 1 if the slab is full. */
static inline int edgecnn_stage_take(const EDGECNN_FLASH edgecnn_stage *stage, edgecnn_stage_state *state,
                                     int8_t *arena) {
  if (state->taken == stage->top) edgecnn_stage_fill(arena + stage->slab, stage->top * stage->row_size, stage->fill);
  state->taken++;
  state->filled++;
  return state->filled == stage->extent;
}

/* Start over. The arena stays as it is. */
static inline void edgecnn_stream_begin(const EDGECNN_FLASH edgecnn_stage *stages, edgecnn_stage_state *states,
                                        int count) {
  for (int i = 0; i < count; i++) states[i].taken = states[i].filled = stages[i].top;
}

/*
 * The first stage has got its next row: compute what can be computed. In each round every stage takes one row at most,
 * from the stage before it or, at the end, of padding. What comes after the last row is ignored.
 */
static inline void edgecnn_stream_push(const EDGECNN_FLASH edgecnn_stage *stages, edgecnn_stage_state *states,
                                       int count, int8_t *arena, edgecnn_stage_kernel *run) {
  int got = states[0].taken < (int32_t)stages[0].top + stages[0].height; /* whether the stage has got a row */
  for (int busy = got; busy;) {
    busy = 0;
    for (int i = 0; i < count; i++) {
      if (!got) got = edgecnn_stage_pad(&stages[i], &states[i], arena);
      if (!got) continue;
      busy = 1;
      got = edgecnn_stage_take(&stages[i], &states[i], arena);
      if (!got) continue;
      run(i, arena, edgecnn_stage_row(&stages[i + 1], &states[i + 1], arena));
      edgecnn_stage_slide(&stages[i], &states[i], arena);
    }
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How far a streamed network has got with its input: one of these for each stage (stream.h). */
#ifndef EDGECNN_STREAM_STATE_H
#define EDGECNN_STREAM_STATE_H

#include <stdint.h>

typedef struct {
  int16_t taken;  /* rows so far, padding included: 0 .. top + height + bottom */
  int16_t filled; /* rows in the slab, < extent; negative: so many rows will be left out, as the stride is larger */
} edgecnn_stage_state;

#endif

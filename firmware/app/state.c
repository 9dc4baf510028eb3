/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#ifdef MODEL_HAS_STATE

static struct {
  uint32_t sequence;
  uint8_t begun; /* 1: the host has begun a sequence since boot */
  uint8_t kept;  /* 1: the last request was an INFER, whose answer follows */
  uint32_t ticks;
  int8_t codes[MODEL_OUTPUT_TOTAL];
} last;

static int touches(uint8_t command) {
  return command == PROTOCOL_INFER || command == PROTOCOL_LAYER || command == PROTOCOL_TIME ||
         command == PROTOCOL_SELF_TEST || command == PROTOCOL_RESET || command == PROTOCOL_TRACE;
}

uint32_t state_sequence(void) {
  return last.sequence;
}

uint16_t state_objection(const frame_request *request) {
  if (!touches(request->command)) return PROTOCOL_OK;
  if (last.begun && request->sequence - last.sequence > UINT32_C(0x7FFFFFFF)) return PROTOCOL_STALE;
  return request->command == PROTOCOL_INFER && !last.begun ? PROTOCOL_BAD_ARGUMENT : PROTOCOL_OK;
}

void state_touch(const frame_request *request) {
  if (!touches(request->command) || state_repeats(request)) return;
  last.sequence = request->sequence;
  last.begun |= request->command == PROTOCOL_RESET;
  last.kept = 0;
}

void state_reset(void) {
  model_reset();
}

int state_repeats(const frame_request *request) {
  return request->command == PROTOCOL_INFER && last.kept && request->sequence == last.sequence;
}

void state_keep(uint32_t ticks) {
  static const EDGECNN_FLASH int32_t sizes[] = MODEL_OUTPUT_BYTES;
  int8_t *to = last.codes;
  for (int i = 0; i < MODEL_OUTPUT_COUNT; i++) {
    const int8_t *const codes = model_output_at(i);
    for (int32_t at = 0; at < sizes[i]; at++) *to++ = codes[at];
  }
  last.ticks = ticks;
  last.kept = 1;
}

void state_put(void) {
  frame_put32(last.ticks);
  for (uint32_t at = 0; at < MODEL_OUTPUT_TOTAL; at++) frame_put((uint8_t)last.codes[at]);
}

#else

typedef int state_there_is_none; /* ISO C asks for a declaration */

#endif

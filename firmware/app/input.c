/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#ifdef MODEL_INPUT_ROWS

#include "port.h"

static struct {
  uint16_t count; /* of the current input that were handed over; 0 once the layers behind them have run */
  uint32_t ticks; /* that they took */
} rows;

static void begin(void) {
  model_begin();
  rows.count = 0;
  rows.ticks = 0;
}

static void push(void) {
  const uint32_t start = port_ticks();
  model_push_row();
  rows.ticks += port_ticks() - start;
  rows.count++;
}

uint16_t input_objection(uint8_t command, uint16_t argument) {
  int turn = 1;
  if (command == PROTOCOL_ROW) {
    const int next_or_again = argument == 0 || argument == rows.count || argument + 1 == rows.count;
    turn = next_or_again && argument < MODEL_INPUT_ROWS;
  } else if (command == PROTOCOL_INFER || command == PROTOCOL_LAYER) {
    turn = rows.count == MODEL_INPUT_ROWS;
  }
  return turn ? PROTOCOL_OK : PROTOCOL_BAD_ARGUMENT;
}

void input_take(uint16_t row) {
  if (row == 0) {
    const int8_t *const from = input_body();
    begin();
    int8_t *const to = input_body();
    for (int32_t i = 0; i < MODEL_INPUT_ROW_SIZE; i++) to[i] = from[i]; /* the same row of the slab, or another */
  }
  if (row == rows.count) push(); /* else it was handed over before */
}

void input_fill(uint32_t x) {
  begin();
  while (rows.count < MODEL_INPUT_ROWS) {
    int8_t *const row = model_row();
    for (int32_t i = 0; i < MODEL_INPUT_ROW_SIZE; i++) row[i] = input_code(&x);
    push();
  }
}

uint32_t input_done(void) {
  rows.count = 0;
  return rows.ticks;
}

#else

typedef int input_as_a_whole; /* ISO C asks for a declaration */

#endif

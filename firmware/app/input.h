/* SPDX-License-Identifier: Apache-2.0 */
/* How the model is given its input: as a whole, or, where it is streamed, row by row. */
#ifndef EDGECNN_INPUT_H
#define EDGECNN_INPUT_H

#include <stdint.h>

#include "app_model.h"
#include "protocol.h"
#include "runtime/flash.h"

/* The next code of an input that grows from x. */
static inline int8_t input_code(uint32_t *x) {
  *x = *x * UINT32_C(1664525) + UINT32_C(1013904223);
  return (int8_t)(*x >> 24);
}

/*
 * INPUT_BODY_SIZE                      bytes in a request that has codes
 * input_store(at, byte)                one of them, as it is received, sound or not
 * input_in(command)                    whether a request for `command` has them
 * input_objection(command, argument)   what stands against a request because of the rows: a status
 * input_take(row)                      they are that row
 * input_fill(x)                        the model gets the input that grows from x
 * input_done()                         the layers after the rows come now; returns the ticks that the rows took
 * INPUT_APART                          of a function whose stack is not to lie below that of the rows
 */
#ifdef MODEL_INPUT_ROWS

#define INPUT_BODY_SIZE MODEL_INPUT_ROW_SIZE
#define INPUT_APART     __attribute__((noinline))

static inline void input_store(uint32_t at, uint8_t byte) {
  model_row()[at] = (int8_t)byte; /* no row that was handed over lies there */
}

static inline int input_in(uint8_t command) {
  return command == PROTOCOL_ROW;
}

uint16_t input_objection(uint8_t command, uint16_t argument);
void input_take(uint16_t row);
void input_fill(uint32_t x);
uint32_t input_done(void);

#else

#define INPUT_BODY_SIZE MODEL_INPUT_TOTAL
#define INPUT_APART

static inline void input_store(uint32_t at, uint8_t byte) {
  static const EDGECNN_FLASH uint32_t sizes[] = MODEL_INPUT_BYTES;
  int input = 0;
  for (; input + 1 < MODEL_INPUT_COUNT && at >= sizes[input]; input++) at -= sizes[input];
  model_input_at(input)[at] = (int8_t)byte; /* between inferences the arena is free */
}

static inline int input_in(uint8_t command) {
  return command == PROTOCOL_INFER || command == PROTOCOL_LAYER || command == PROTOCOL_TRACE;
}

static inline uint16_t input_objection(uint8_t command, uint16_t argument) {
  (void)argument;
  return command == PROTOCOL_ROW ? PROTOCOL_BAD_COMMAND : PROTOCOL_OK;
}

static inline void input_take(uint16_t row) {
  (void)row;
}

static inline void input_fill(uint32_t x) {
  for (uint32_t at = 0; at < MODEL_INPUT_TOTAL; at++) input_store(at, (uint8_t)input_code(&x));
}

static inline uint32_t input_done(void) {
  return 0;
}

#endif

#endif

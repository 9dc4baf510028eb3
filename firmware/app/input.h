/* SPDX-License-Identifier: Apache-2.0 */
/* How the model is given its input: as a whole, or, where it is streamed, row by row. */
#ifndef EDGECNN_INPUT_H
#define EDGECNN_INPUT_H

#include <stdint.h>

#include "app_model.h"
#include "protocol.h"

/* The next code of an input that grows from x. */
static inline int8_t input_code(uint32_t *x) {
  *x = *x * UINT32_C(1664525) + UINT32_C(1013904223);
  return (int8_t)(*x >> 24);
}

/*
 * INPUT_BODY_SIZE, INPUT_LAST_COMMAND  codes in a request that has any; the last command that there is
 * input_body()                         where they are stored as they are received, sound or not
 * input_in(command)                    whether a request for `command` has them
 * input_objection(command, argument)   what stands against a request because of the rows: a status
 * input_take(row)                      they are that row
 * input_fill(x)                        the model gets the input that grows from x
 * input_done()                         the layers behind the rows come now; returns the ticks that the rows took
 * INPUT_APART                          of a function whose stack is not to lie below that of the rows
 */
#ifdef MODEL_INPUT_ROWS

#define INPUT_BODY_SIZE    MODEL_INPUT_ROW_SIZE
#define INPUT_LAST_COMMAND PROTOCOL_ROW
#define INPUT_APART        __attribute__((noinline))

static inline int8_t *input_body(void) {
  return model_row(); /* no row that was handed over lies there */
}

static inline int input_in(uint8_t command) {
  return command == PROTOCOL_ROW;
}

uint16_t input_objection(uint8_t command, uint16_t argument);
void input_take(uint16_t row);
void input_fill(uint32_t x);
uint32_t input_done(void);

#else

#define INPUT_BODY_SIZE    MODEL_INPUT_SIZE
#define INPUT_LAST_COMMAND PROTOCOL_STACK
#define INPUT_APART

static inline int8_t *input_body(void) {
  return model_input(); /* between inferences the arena is free */
}

static inline int input_in(uint8_t command) {
  return command == PROTOCOL_INFER || command == PROTOCOL_LAYER;
}

static inline uint16_t input_objection(uint8_t command, uint16_t argument) {
  (void)command, (void)argument;
  return PROTOCOL_OK;
}

static inline void input_take(uint16_t row) {
  (void)row;
}

static inline void input_fill(uint32_t x) {
  int8_t *const input = model_input();
  for (int32_t i = 0; i < MODEL_INPUT_SIZE; i++) input[i] = input_code(&x);
}

static inline uint32_t input_done(void) {
  return 0;
}

#endif

#endif

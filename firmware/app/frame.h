/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on the wire (protocol.h), decoded and encoded byte by byte. */
#ifndef EDGECNN_FRAME_H
#define EDGECNN_FRAME_H

#include <stdint.h>

/* A request, valid from the time that frame_receive returns 1 until it is called again. */
typedef struct {
  uint8_t version, command;
  uint16_t argument;
  uint32_t sequence;
  uint32_t body_size; /* may exceed INPUT_BODY_SIZE; what exceeds it was not stored */
} frame_request;

/* Takes a byte from the wire, any byte; 1 when it ends a sound frame. Its body then lies in input_body(): what
 * is received goes into the arena, so that a large input needs no second buffer. */
int frame_receive(uint8_t byte, frame_request *request);

/* An answer: begin, any number of bytes of body, end. */
void frame_begin(const frame_request *request, uint16_t status);
void frame_put(uint8_t byte);
void frame_put16(uint16_t value);
void frame_put32(uint32_t value);
void frame_end(void);

#endif

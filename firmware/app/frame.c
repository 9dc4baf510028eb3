/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include "crc32.h"
#include "input.h"
#include "port.h"
#include "protocol.h"

/* The longest payload that can be right; longer ones are counted no further. */
#define LONGEST ((uint32_t)PROTOCOL_HEADER_SIZE + INPUT_BODY_SIZE + PROTOCOL_CRC_SIZE)

typedef struct {
  uint8_t header[PROTOCOL_HEADER_SIZE];
  uint32_t size; /* of the payload so far, 0 .. LONGEST + 1 */
  uint32_t crc;
  uint8_t left; /* bytes to come in the current block of COBS */
  uint8_t zero; /* 1: a zero comes before the next block */
} receiver;

static receiver in;

static struct {
  uint8_t block[254]; /* bytes that are not zero, until their number is known */
  uint8_t size;       /* 0 .. 253 between calls */
  uint32_t crc;
} out;

static uint16_t get16(const uint8_t *from) {
  return (uint16_t)(from[0] | (uint16_t)from[1] << 8);
}

static uint32_t get32(const uint8_t *from) {
  return get16(from) | (uint32_t)get16(from + 2) << 16;
}

static void store(uint8_t byte) {
  if (in.size < PROTOCOL_HEADER_SIZE) {
    in.header[in.size] = byte;
  } else if (in.size < (uint32_t)PROTOCOL_HEADER_SIZE + INPUT_BODY_SIZE) {
    input_body()[in.size - PROTOCOL_HEADER_SIZE] = (int8_t)byte;
  }
  in.size += in.size <= LONGEST;
  in.crc = crc32_add(in.crc, byte);
}

static int end(frame_request *request) {
  const int sound = in.left == 0 && in.size >= PROTOCOL_HEADER_SIZE + PROTOCOL_CRC_SIZE && in.crc == CRC32_RESIDUE;
  request->version = in.header[PROTOCOL_AT_VERSION];
  request->command = in.header[PROTOCOL_AT_COMMAND];
  request->argument = get16(in.header + PROTOCOL_AT_ARGUMENT);
  request->sequence = get32(in.header + PROTOCOL_AT_SEQUENCE);
  request->body_size = in.size - PROTOCOL_HEADER_SIZE - PROTOCOL_CRC_SIZE;
  in.size = in.crc = in.left = in.zero = 0;
  return sound;
}

int frame_receive(uint8_t byte, frame_request *request) {
  if (byte == 0) return end(request);
  if (in.left > 0) {
    in.left--;
    store(byte);
  } else {
    if (in.zero) store(0);
    in.left = (uint8_t)(byte - 1);
    in.zero = byte < 255;
  }
  return 0;
}

static void write_block(void) {
  port_write((uint8_t)(out.size + 1));
  for (uint8_t i = 0; i < out.size; i++) port_write(out.block[i]);
  out.size = 0;
}

void frame_put(uint8_t byte) {
  out.crc = crc32_add(out.crc, byte);
  if (byte != 0) out.block[out.size++] = byte;
  if (byte == 0 || out.size == sizeof out.block) write_block();
}

void frame_put16(uint16_t value) {
  frame_put((uint8_t)(value & 255));
  frame_put((uint8_t)(value >> 8));
}

void frame_put32(uint32_t value) {
  frame_put16((uint16_t)(value & 65535));
  frame_put16((uint16_t)(value >> 16));
}

void frame_begin(const frame_request *request, uint16_t status) {
  out.crc = 0;
  port_write(0);
  frame_put(PROTOCOL_VERSION);
  frame_put(request->command | PROTOCOL_ANSWER);
  frame_put16(status);
  frame_put32(request->sequence);
}

void frame_end(void) {
  frame_put32(out.crc);
  write_block();
  port_write(0);
}

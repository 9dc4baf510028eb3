/* The parts of the fuzzed app: a model, the line with the host's side of the protocol, and what must be answered. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "app_model.h"
#include "protocol.h"

#define CHECK(condition) \
  if (!(condition)) (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), abort())

enum { OVERHEAD = PROTOCOL_HEADER_SIZE + PROTOCOL_CRC_SIZE, LONGEST_BODY = 300, WIRE = 1024 };

typedef struct {
  uint8_t bytes[OVERHEAD + WIRE];
  size_t size;
} payload;

/* Layer 0 or 1 of the model, on `codes` and what it remembers. */
void run_model(int layer, int8_t *codes, int8_t *result, uint8_t *memory);

/* The line: bytes to the app; frames as bytes, and out of those that the app has written. */
void say(const uint8_t *bytes, size_t size);
void put(payload *to, uint32_t value, int bytes);
uint32_t crc_of(const uint8_t *bytes, size_t size);
size_t stuff(const payload *from, uint8_t *wire);
int answers(payload *last);

/* Stops unless this is the answer to that sound request, after all those before. */
void check_answer(const payload *request, const payload *answer);
/* The sequence number of the last request that touched the state. */
uint32_t last_sequence(void);

#endif

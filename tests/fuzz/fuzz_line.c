#include <string.h>

#include "app.h"
#include "crc32.h"
#include "fuzz.h"
#include "port.h"

/* The port. */

static int32_t waiting = -1; /* the byte to be received */
static uint32_t ticks;
static uint8_t written[WIRE];
static size_t written_size;

const uint32_t port_ticks_per_second = 1;

void port_init(void) {}

int32_t port_read(void) {
  const int32_t byte = waiting;
  waiting = -1;
  return byte;
}

void port_write(uint8_t byte) {
  CHECK(written_size < WIRE);
  written[written_size++] = byte;
}

uint32_t port_ticks(void) {
  return ticks++;
}

void say(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    waiting = bytes[i];
    app_poll();
    CHECK(waiting < 0);
  }
}

/* The host's side of the protocol, written a second time. */

void put(payload *to, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; i++) to->bytes[to->size++] = (uint8_t)(value >> 8 * i);
}

uint32_t crc_of(const uint8_t *bytes, size_t size) {
  uint32_t crc = 0;
  for (size_t i = 0; i < size; i++) crc = crc32_add(crc, bytes[i]);
  return crc;
}

size_t stuff(const payload *from, uint8_t *wire) {
  size_t size = 0;
  wire[size++] = 0;
  size_t code = size++;
  for (size_t i = 0; i < from->size; i++) {
    if (from->bytes[i] != 0) wire[size++] = from->bytes[i];
    if (from->bytes[i] == 0 || size - code == 255) {
      wire[code] = (uint8_t)(size - code);
      code = size++;
    }
  }
  wire[code] = (uint8_t)(size - code);
  wire[size++] = 0;
  return size;
}

/* Takes the frames apart that the app has written; the last one is left in `last`. */
int answers(payload *last) {
  int count = 0;
  size_t begin = 0;
  CHECK(written_size == 0 || written[written_size - 1] == 0);
  for (size_t end = 0; end < written_size; end++) {
    if (written[end] != 0) continue;
    if (end > begin) {
      last->size = 0;
      for (size_t at = begin; at < end;) {
        const uint8_t code = written[at++];
        CHECK(at + code - 1 <= end);
        memcpy(last->bytes + last->size, written + at, code - 1u);
        last->size += code - 1u;
        at += code - 1u;
        if (code < 255 && at < end) last->bytes[last->size++] = 0;
      }
      CHECK(last->size >= OVERHEAD);
      CHECK(crc_of(last->bytes, last->size) == CRC32_RESIDUE);
      CHECK(last->bytes[PROTOCOL_AT_COMMAND] & PROTOCOL_ANSWER);
      count++;
    }
    begin = end + 1;
  }
  written_size = 0;
  return count;
}

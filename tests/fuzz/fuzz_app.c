/*
 * The app against a hostile line: noise, damaged frames and sound ones, in any order. Besides what the sanitizers see:
 * a damaged frame is never answered, a sound one exactly once, and rightly, whatever came before it.
 *
 * The input of the fuzzer is a program of steps, each a byte for what to do and a few for how. Built with libFuzzer by
 * run.sh; with -DSTANDALONE it makes its own inputs: fuzz_app COUNT SEED.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "app_model.h"
#include "crc32.h"
#include "port.h"
#include "protocol.h"

#define CHECK(condition) \
  if (!(condition)) (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), abort())

enum { OVERHEAD = PROTOCOL_HEADER_SIZE + PROTOCOL_CRC_SIZE, LONGEST_BODY = 300, WIRE = 1024 };

/* The model: layer 0 inverts the inputs in place, layer 1 sums and combines them, and adds what it remembers. */

static int8_t arena[MODEL_ARENA_SIZE], output[MODEL_OUTPUT_TOTAL];
static uint8_t remembered;

int8_t *model_input_at(int number) {
  return number == 0 ? arena : arena + 100;
}

const int8_t *model_output_at(int number) {
  (void)number;
  return output;
}

static void run_model(int layer, int8_t *codes, int8_t *result, uint8_t *memory) {
  if (layer == 0) {
    for (unsigned i = 0; i < MODEL_INPUT_TOTAL; i++) codes[i] = (int8_t)~codes[i];
  } else {
    uint8_t sum = *memory, combined = 0;
    for (unsigned i = 0; i < MODEL_INPUT_TOTAL; i++) {
      sum = (uint8_t)(sum + (uint8_t)codes[i]);
      combined = (uint8_t)(combined * 3 ^ (uint8_t)codes[i]);
    }
    result[0] = (int8_t)sum;
    result[1] = (int8_t)combined;
#ifdef MODEL_HAS_STATE
    *memory = sum;
#endif
  }
}

void model_reset(void) {
  remembered = 0;
}

void model_invoke_layer(int layer) {
  run_model(layer, arena, output, &remembered);
}

void model_invoke(void) {
  for (int layer = 0; layer < MODEL_LAYERS; layer++) model_invoke_layer(layer);
}

const int8_t *model_layer_output(int layer) {
  return layer == 0 ? arena : output;
}

int32_t model_layer_output_size(int layer) {
  return layer == 0 ? (int32_t)MODEL_INPUT_TOTAL : (int32_t)MODEL_OUTPUT_TOTAL;
}

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

static void say(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    waiting = bytes[i];
    app_poll();
    CHECK(waiting < 0);
  }
}

/* The host's side of the protocol, written a second time. */

typedef struct {
  uint8_t bytes[OVERHEAD + WIRE];
  size_t size;
} payload;

static void put(payload *to, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; i++) to->bytes[to->size++] = (uint8_t)(value >> 8 * i);
}

static uint32_t crc_of(const uint8_t *bytes, size_t size) {
  uint32_t crc = 0;
  for (size_t i = 0; i < size; i++) crc = crc32_add(crc, bytes[i]);
  return crc;
}

static size_t stuff(const payload *from, uint8_t *wire) {
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
static int answers(payload *last) {
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

/* What the board must know of its state, written a second time. */
static struct {
  uint32_t sequence;
  int begun, kept;
  uint8_t memory;
  int8_t answer[MODEL_OUTPUT_TOTAL];
} state;

static int takes_input(uint8_t command) {
  return command == PROTOCOL_INFER || command == PROTOCOL_LAYER || command == PROTOCOL_TRACE;
}

static uint16_t expected_status(uint8_t version, uint8_t command, uint16_t argument, uint32_t sequence, size_t body) {
  if (version != PROTOCOL_VERSION) return PROTOCOL_BAD_VERSION;
  if (command < PROTOCOL_HELLO || command > PROTOCOL_TRACE) return PROTOCOL_BAD_COMMAND;
  if (body != (takes_input(command) ? MODEL_INPUT_TOTAL : 0u)) return PROTOCOL_BAD_LENGTH;
  if (command == PROTOCOL_ROW) return PROTOCOL_BAD_COMMAND;
  if (command == PROTOCOL_LAYER && argument >= MODEL_LAYERS) return PROTOCOL_BAD_ARGUMENT;
#ifdef MODEL_HAS_STATE
  const int touches =
      takes_input(command) || command == PROTOCOL_TIME || command == PROTOCOL_SELF_TEST || command == PROTOCOL_RESET;
  if (touches && state.begun && (int32_t)(sequence - state.sequence) < 0) return PROTOCOL_STALE;
  if (command == PROTOCOL_INFER && !state.begun) return PROTOCOL_BAD_ARGUMENT;
  if (touches && !(command == PROTOCOL_INFER && state.kept && sequence == state.sequence)) {
    state.sequence = sequence;
    state.kept = 0;
    if (command == PROTOCOL_RESET) state.begun = 1;
    if (command != PROTOCOL_INFER) state.memory = 0;
  }
#else
  (void)sequence;
#endif
  return PROTOCOL_OK;
}

static void check_infer(int8_t *codes, const uint8_t *body, size_t size) {
  int8_t result[MODEL_OUTPUT_TOTAL];
  run_model(0, codes, result, &state.memory);
#ifdef MODEL_HAS_STATE
  if (!state.kept) run_model(1, codes, state.answer, &state.memory);
  state.kept = 1;
  memcpy(result, state.answer, sizeof result);
#else
  run_model(1, codes, result, &state.memory);
#endif
  CHECK(size == 4 + MODEL_OUTPUT_TOTAL && memcmp(body + 4, result, MODEL_OUTPUT_TOTAL) == 0);
}

static void check_layers(uint8_t command, uint16_t layer, int8_t *codes, const uint8_t *body, size_t size) {
  int8_t result[MODEL_OUTPUT_TOTAL];
  uint8_t nothing = 0;
  run_model(0, codes, result, &nothing);
  run_model(1, codes, result, &nothing);
  if (command == PROTOCOL_TRACE) {
    CHECK(size == 12 + MODEL_INPUT_TOTAL + MODEL_OUTPUT_TOTAL && body[0] == MODEL_INPUT_TOTAL % 256);
    CHECK(memcmp(body + 4, codes, MODEL_INPUT_TOTAL) == 0);
    CHECK(memcmp(body + 8 + MODEL_INPUT_TOTAL, result, MODEL_OUTPUT_TOTAL) == 0);
  } else if (layer == 0) {
    CHECK(size == MODEL_INPUT_TOTAL && memcmp(body, codes, size) == 0);
  } else {
    CHECK(size == MODEL_OUTPUT_TOTAL && memcmp(body, result, size) == 0);
  }
}

static uint32_t number_at(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void check_answer(const payload *request, const payload *answer) {
  static int8_t codes[MODEL_INPUT_TOTAL];
  const uint8_t *asked = request->bytes, *said = answer->bytes, *body = said + PROTOCOL_HEADER_SIZE;
  const uint8_t command = asked[PROTOCOL_AT_COMMAND];
  const uint16_t argument = (uint16_t)(asked[PROTOCOL_AT_ARGUMENT] | asked[PROTOCOL_AT_ARGUMENT + 1] << 8);
  const uint32_t sequence = number_at(asked + PROTOCOL_AT_SEQUENCE);
  const uint16_t status = expected_status(asked[0], command, argument, sequence, request->size - OVERHEAD);
  const size_t size = answer->size - OVERHEAD;
  CHECK(said[PROTOCOL_AT_VERSION] == PROTOCOL_VERSION);
  CHECK(said[PROTOCOL_AT_COMMAND] == (command | PROTOCOL_ANSWER));
  CHECK((said[PROTOCOL_AT_ARGUMENT] | said[PROTOCOL_AT_ARGUMENT + 1] << 8) == status);
  CHECK(memcmp(said + PROTOCOL_AT_SEQUENCE, asked + PROTOCOL_AT_SEQUENCE, 4) == 0);
  memcpy(codes, asked + PROTOCOL_HEADER_SIZE, MODEL_INPUT_TOTAL);
  if (status != PROTOCOL_OK) {
    CHECK(size == 0);
  } else if (command == PROTOCOL_INFER) {
    check_infer(codes, body, size);
  } else if (takes_input(command)) {
    check_layers(command, argument, codes, body, size);
  } else if (command == PROTOCOL_SELF_TEST) {
    CHECK(size == 2 && body[0] == 0 && body[1] == 0);
  } else if (command == PROTOCOL_RESET) {
    CHECK(size == 0);
  } else if (command == PROTOCOL_STACK) {
    CHECK(size == 4 && number_at(body) == 0);
  } else if (command == PROTOCOL_HELLO) {
    CHECK(size > 60 && number_at(body + 48) == state.sequence);
  }
}

/* The fuzzer's bytes, zeros after their end. */
typedef struct {
  const uint8_t *at, *end;
} source;

static uint32_t take(source *from, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; i++) value = value << 8 | (from->at < from->end ? *from->at++ : 0u);
  return value;
}

static void noise(source *from) {
  payload ignored;
  const size_t wanted = take(from, 1), left = (size_t)(from->end - from->at), size = wanted < left ? wanted : left;
  say(from->at, size);
  from->at += size;
  answers(&ignored);
}

/* A request, sound unless `damage`: then one byte of it is changed, or what follows it is cut off. */
static void request(source *from, int damage) {
  static const uint16_t sizes[] = {
      0, MODEL_INPUT_TOTAL, MODEL_INPUT_TOTAL, MODEL_INPUT_TOTAL - 1, MODEL_INPUT_TOTAL + 1, LONGEST_BODY};
  static payload asked, answer;
  static uint8_t wire[WIRE];
  const uint32_t choice = take(from, 1);
  uint32_t pattern = take(from, 2);
  asked.size = 0;
  put(&asked, choice & 128 ? take(from, 1) : PROTOCOL_VERSION, 1);
  put(&asked, choice & 64 ? take(from, 1) : 1 + take(from, 1) % 10, 1);
  put(&asked, choice & 32 ? take(from, 2) : take(from, 1) % 3, 2);
  put(&asked, choice & 8 ? state.sequence + take(from, 1) % 4 - 1 : take(from, 4), 4);
  for (size_t i = sizes[choice % 6]; i > 0; i--) {
    pattern = pattern * UINT32_C(1664525) + UINT32_C(1013904223);
    put(&asked, choice & 16 ? pattern >> 24 : pattern >> 31, 1); /* few zeros, or many */
  }
  put(&asked, crc_of(asked.bytes, asked.size), 4);
  size_t size = stuff(&asked, wire);
  if (damage) {
    const size_t place = 1 + take(from, 2) % (size - 3); /* not the last code: an empty block may be missing */
    if (damage == 1) wire[place] ^= (uint8_t)(1 + take(from, 1) % 255);
    if (damage == 2) {
      wire[place] = 0;
      size = place + 1;
    }
  }
  say(wire, size);
  const int count = answers(&answer);
  CHECK(count == !damage);
  if (!damage) check_answer(&asked, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  source from = {data, data + size};
  while (from.at < from.end) {
    const uint32_t what = take(&from, 1) % 8;
    if (what < 2)
      noise(&from);
    else
      request(&from, what < 4 ? (int)what - 1 : 0);
  }
  return 0;
}

#ifdef STANDALONE
int main(int count, char **arguments) {
  if (count != 3) return 2;
  uint32_t x = (uint32_t)strtoul(arguments[2], NULL, 10) * 2 + 1;
  for (long run = strtol(arguments[1], NULL, 10); run > 0; run--) {
    uint8_t data[96];
    for (size_t i = 0; i < sizeof data; i++) {
      x ^= x << 13, x ^= x >> 17, x ^= x << 5;
      data[i] = (uint8_t)(x >> 24);
    }
    LLVMFuzzerTestOneInput(data, sizeof data);
  }
  return 0;
}
#endif

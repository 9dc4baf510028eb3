#include <string.h>

#include "fuzz.h"

/* What the board must know of its state, written a second time. */
static struct {
  uint32_t sequence;
  int begun, kept;
  uint8_t memory;
  int8_t answer[MODEL_OUTPUT_TOTAL];
} state;

uint32_t last_sequence(void) {
  return state.sequence;
}

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

void check_answer(const payload *request, const payload *answer) {
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

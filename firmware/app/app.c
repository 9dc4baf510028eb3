/* SPDX-License-Identifier: Apache-2.0 */
#include "app.h"

#include "app_model.h"
#include "crc32.h"
#include "frame.h"
#include "input.h"
#include "port.h"
#include "protocol.h"
#include "runtime/flash.h"
#include "state.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Of a function whose stack is not to be part of its caller's, below which the kernels' lies. */
#define APART __attribute__((noinline))

/* See IMAGE in protocol.h. The symbols are null where the linker script does not define them. */
#ifdef __ELF__
extern const EDGECNN_FLASH uint8_t app_image_begin[] __attribute__((weak));
extern const EDGECNN_FLASH uint8_t app_image_end[] __attribute__((weak));
#else
static const uint8_t *const app_image_begin = 0, *const app_image_end = 0;
#endif

static const EDGECNN_FLASH struct {
  uint32_t seed, crc;
} vectors[] = MODEL_SELF_TEST;

static struct {
  uint8_t done, failures;
} boot;

static uint32_t vector_ticks; /* what the last vector of the self-test took */

/* The CRC of the outputs of all layers. */
static INPUT_APART uint32_t crc_of_layers(void) {
  uint32_t crc = 0;
  for (int layer = 0; layer < MODEL_LAYERS; layer++) {
    model_invoke_layer(layer);
    const int8_t *const output = model_layer_output(layer);
    const int32_t size = model_layer_output_size(layer);
    for (int32_t i = 0; i < size; i++) crc = crc32_add(crc, (uint8_t)output[i]);
  }
  return crc;
}

/* One bit for each vector that failed. */
APART static uint8_t self_test(void) {
  unsigned failures = 0;
  for (unsigned i = 0; i < SIZE(vectors); i++) {
    const uint32_t start = port_ticks();
    state_reset();
    input_fill(vectors[i].seed);
    input_done();
    if (crc_of_layers() != vectors[i].crc) failures |= 1u << i;
    vector_ticks = port_ticks() - start;
  }
  state_reset();
  return (uint8_t)failures;
}

static void put_codes(const int8_t *codes, int32_t size) {
  for (int32_t i = 0; i < size; i++) frame_put((uint8_t)codes[i]);
}

static void put_outputs(void) {
  static const EDGECNN_FLASH int32_t sizes[] = MODEL_OUTPUT_BYTES;
  for (int i = 0; i < MODEL_OUTPUT_COUNT; i++) put_codes(model_output_at(i), sizes[i]);
}

APART static void hello(void) {
  static const EDGECNN_FLASH uint8_t sha256[32] = MODEL_SHA256, facts[] = MODEL_FACTS;
  frame_put(boot.failures);
  frame_put32(port_ticks_per_second);
  frame_put32(vector_ticks);
  frame_put32(MODEL_ARENA_SIZE);
  frame_put16(MODEL_LAYERS);
  for (unsigned i = 0; i < SIZE(sha256); i++) frame_put(sha256[i]);
  frame_put(STATE_THERE_IS);
  frame_put32(state_sequence());
#ifdef MODEL_INPUT_ROWS
  frame_put16(MODEL_INPUT_ROWS);
#else
  frame_put16(0);
#endif
  for (unsigned i = 0; i < SIZE(facts); i++) frame_put(facts[i]);
}

APART static void infer(const frame_request *request) {
  if (!state_repeats(request)) {
    const uint32_t before = input_done(), start = port_ticks();
    model_invoke();
    const uint32_t ticks = before + (port_ticks() - start);
    state_keep(ticks);
    frame_put32(ticks);
    put_outputs();
  } else {
    state_put();
  }
}

APART static void layer(uint16_t number) {
  const int last = (int)number; /* < MODEL_LAYERS */
  input_done();
  state_reset();
  for (int i = 0; i <= last; i++) model_invoke_layer(i);
  put_codes(model_layer_output(last), model_layer_output_size(last));
  state_reset();
}

APART static void trace(void) {
  uint32_t ticks = input_done();
  state_reset();
  for (int i = 0; i < MODEL_LAYERS; i++) {
    const uint32_t start = port_ticks();
    model_invoke_layer(i);
    ticks += port_ticks() - start;
    const int32_t size = model_layer_output_size(i);
    frame_put32((uint32_t)size);
    put_codes(model_layer_output(i), size);
  }
  frame_put32(ticks);
  state_reset();
}

APART static void time_layers(void) {
  state_reset();
  input_fill(vectors[0].seed);
  uint32_t before = input_done(); /* is the first layer's */
  for (int i = 0; i < MODEL_LAYERS; i++) {
    const uint32_t start = port_ticks();
    model_invoke_layer(i);
    frame_put32(before + (port_ticks() - start));
    before = 0;
  }
  state_reset();
}

APART static void image(void) {
  uint32_t size = 0, crc = 0;
  for (const EDGECNN_FLASH uint8_t *at = app_image_begin; at != app_image_end; at++) {
    crc = crc32_add(crc, *at);
    size++;
  }
  frame_put32(size);
  frame_put32(crc);
}

__attribute__((cold)) static void stack(void) {
  uint32_t used = (uint32_t)((uintptr_t)app_stack_end - (uintptr_t)app_stack_begin);
  for (const uint8_t *at = app_stack_begin; used > 0 && *at == PORT_STACK_PAINT; at++) used--;
  frame_put32(used);
}

/* What stands against carrying out a sound frame: a status. */
static uint16_t objection(const frame_request *request) {
  if (request->version != PROTOCOL_VERSION) return PROTOCOL_BAD_VERSION;
  if (request->command < PROTOCOL_HELLO || request->command > PROTOCOL_TRACE) return PROTOCOL_BAD_COMMAND;
  if (request->body_size != (input_in(request->command) ? (uint32_t)INPUT_BODY_SIZE : 0)) return PROTOCOL_BAD_LENGTH;
  if (request->command == PROTOCOL_LAYER && request->argument >= (int32_t)MODEL_LAYERS) return PROTOCOL_BAD_ARGUMENT;
  const uint16_t status = input_objection(request->command, request->argument);
  return status == PROTOCOL_OK ? state_objection(request) : status;
}

static void answer(const frame_request *request) {
  const uint16_t status = objection(request);
  if (status == PROTOCOL_OK) state_touch(request);
  frame_begin(request, status);
  switch (status == PROTOCOL_OK ? request->command : 0) {
    case PROTOCOL_HELLO:
      hello();
      break;
    case PROTOCOL_INFER:
      infer(request);
      break;
    case PROTOCOL_LAYER:
      layer(request->argument);
      break;
    case PROTOCOL_TIME:
      time_layers();
      break;
    case PROTOCOL_SELF_TEST:
      frame_put(boot.failures);
      frame_put(self_test());
      break;
    case PROTOCOL_IMAGE:
      image();
      break;
    case PROTOCOL_STACK:
      stack();
      break;
    case PROTOCOL_ROW:
      input_take(request->argument);
      break;
    case PROTOCOL_RESET:
      state_reset();
      break;
    case PROTOCOL_TRACE:
      trace();
      break;
    default:
      break;
  }
  frame_end();
}

void app_poll(void) {
  static frame_request request;
  if (!boot.done) {
    boot.failures = self_test();
    boot.done = 1;
  }
  const int32_t byte = port_read();
  if (byte >= 0 && frame_receive((uint8_t)byte, &request)) answer(&request);
}

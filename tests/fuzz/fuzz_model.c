#include "fuzz.h"

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

void run_model(int layer, int8_t *codes, int8_t *result, uint8_t *memory) {
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

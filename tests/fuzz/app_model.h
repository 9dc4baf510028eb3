/*
 * The fuzzed app's model: two layers, with inputs long enough for several blocks of COBS. With MODEL_HAS_STATE it adds
 * up what it was given.
 */
#ifndef FUZZ_APP_MODEL_H
#define FUZZ_APP_MODEL_H

#include <stdint.h>

#define MODEL_SHA256       {0}
#define MODEL_FACTS        {1, 1, 9, 9, 0, 0, 128, 63, 128, 255, 255, 255, 1, 4, 1, 0, 0}
#define MODEL_INPUT_COUNT  2
#define MODEL_INPUT_BYTES  {100, 160}
#define MODEL_INPUT_TOTAL  260u
#define MODEL_OUTPUT_COUNT 1
#define MODEL_OUTPUT_BYTES {2}
#define MODEL_OUTPUT_TOTAL 2u
#define MODEL_ARENA_SIZE   260
#define MODEL_LAYERS       2
#define MODEL_SELF_TEST    {{1u, 0xb0c328cdu}, {2u, 0xc54eaf5au}}

int8_t *model_input_at(int number);
const int8_t *model_output_at(int number);
void model_invoke(void);
void model_invoke_layer(int layer);
const int8_t *model_layer_output(int layer);
int32_t model_layer_output_size(int layer);
void model_reset(void);

#endif

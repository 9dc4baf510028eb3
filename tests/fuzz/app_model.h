/* The fuzzed app's model: two layers, with an input long enough for several blocks of COBS. */
#ifndef FUZZ_APP_MODEL_H
#define FUZZ_APP_MODEL_H

#include <stdint.h>

#define APP_VERSION             "0"
#define BOARD_NAME              "fuzz"
#define MODEL_NAME              "fake"
#define MODEL_SHA256            {0}
#define MODEL_INPUT_SIZE        260
#define MODEL_INPUT_SHAPE       {1, 260}
#define MODEL_INPUT_SCALE_BITS  0x3f800000u
#define MODEL_INPUT_ZERO_POINT  (-128)
#define MODEL_OUTPUT_SIZE       2
#define MODEL_OUTPUT_SHAPE      {1, 2}
#define MODEL_OUTPUT_SCALE_BITS 0x3f800000u
#define MODEL_OUTPUT_ZERO_POINT 0
#define MODEL_ARENA_SIZE        260
#define MODEL_LAYERS            2
#define MODEL_SELF_TEST         {{1u, 0xb0c328cdu}, {2u, 0xc54eaf5au}}

int8_t *model_input(void);
const int8_t *model_output(void);
void model_invoke(void);
void model_invoke_layer(int layer);
const int8_t *model_layer_output(int layer);
int32_t model_layer_output_size(int layer);

#endif

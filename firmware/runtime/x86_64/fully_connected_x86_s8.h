/* Fully connected layer of int8 tensors, 16 channels and more at once. */
#ifndef EDGECNN_FULLY_CONNECTED_X86_S8_H
#define EDGECNN_FULLY_CONNECTED_X86_S8_H

#include "x86_layer.h"

typedef struct {
  edgecnn_x86_layer layer; /* with an even number of quads */
  int32_t depth;           /* of the input, one row */
} edgecnn_fully_connected_x86_s8_params;

/*
 * output[layer.channels] from input[depth]; scratch[8 * quads]. The output may be the input: it is written when the
 * copy of that is complete.
 */
void edgecnn_fully_connected_x86_s8(const edgecnn_fully_connected_x86_s8_params *params, const int8_t *input,
                                    int8_t *output, int8_t *scratch);

#endif

/* A border around an int8 tensor of four axes. */
#ifndef EDGECNN_PAD_S8_H
#define EDGECNN_PAD_S8_H

#include <stdint.h>

typedef struct {
  const int32_t *input_shape;    /* [4] */
  const int32_t *before, *after; /* [4] each: positions to add at the beginning and the end of each axis, >= 0 */
  int32_t code;                  /* of the border, -128 .. 127 */
} edgecnn_pad_s8_params;

/* output, of the padded shape, from input. The two must not overlap. */
void edgecnn_pad_s8(const edgecnn_pad_s8_params *params, const int8_t *input, int8_t *output);

#endif

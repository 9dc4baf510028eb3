/* Where the windows of the x86-64 convolutions are: in a copy of the input, over whose edge none reaches. */
#ifndef EDGECNN_X86_CONV2D_H
#define EDGECNN_X86_CONV2D_H

#include "x86_layer.h"

typedef struct {
  edgecnn_x86_layer layer;
  const EDGECNN_FLASH int32_t *offsets; /* [quads]: codes from a window's top left corner */
  int32_t zero;                         /* the input's zero point */
  int32_t rows, row;                    /* of the input, as far as windows reach; codes of each */
  int32_t input_row;                    /* codes from one of them to the next */
  int32_t above, between;               /* zeros in the copy before the first row and after each but the last */
  int32_t below;                        /* and after that, with four that only a quad reaches */
  int32_t row_step, step;               /* codes of the copy from a window to the one below, and beside it */
  int32_t height, width;                /* of the output */
} edgecnn_x86_conv2d;

#endif

/* Two-dimensional convolution of int8 tensors, 16 channels of four pixels at once. */
#ifndef EDGECNN_CONV2D_X86_S8_H
#define EDGECNN_CONV2D_X86_S8_H

#include "x86_conv2d.h"

typedef edgecnn_x86_conv2d edgecnn_conv2d_x86_s8_params;

/*
 * output[height][width][layer.channels] from the input; scratch holds two bytes for each code of the copy and four
 * more. The output may be the input: it is written when the copy is complete.
 */
void edgecnn_conv2d_x86_s8(const edgecnn_conv2d_x86_s8_params *params, const int8_t *input, int8_t *output,
                           int8_t *scratch);

#endif

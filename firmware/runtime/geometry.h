/* SPDX-License-Identifier: Apache-2.0 */
/* Where the windows of a convolution or pool lie. */
#ifndef EDGECNN_GEOMETRY_H
#define EDGECNN_GEOMETRY_H

#include <stdint.h>

/* A transposed convolution reads from what is the output of a convolution with that window, and writes its input. */
typedef struct {
  int32_t input_height, input_width, input_channels;
  int32_t filter_height, filter_width;
  int32_t stride_height, stride_width; /* >= 1 */
  int32_t pad_top, pad_left;           /* rows and columns of the first window before the input, >= 0 */
  int32_t output_height, output_width;
} edgecnn_geometry;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Where the windows of a convolution lie: edgecnn_geometry in the numbers of a core of eight bits. */
#ifndef EDGECNN_GEOMETRY16_H
#define EDGECNN_GEOMETRY16_H

#include <stdint.h>

typedef struct {
  int16_t input_height, input_width, input_channels;
  int16_t filter_height, filter_width;
  int16_t stride_height, stride_width; /* >= 1 */
  int16_t pad_top, pad_left;           /* rows and columns of the first window before the input, >= 0 */
  int16_t output_height, output_width;
} edgecnn_geometry16;

#endif

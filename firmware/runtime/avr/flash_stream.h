/* SPDX-License-Identifier: Apache-2.0 */
/* Constants in flash that are read from the first byte to the last: no instruction is spent on where the next one is.
 */
#ifndef EDGECNN_FLASH_STREAM_H
#define EDGECNN_FLASH_STREAM_H

#include <stdint.h>

#include "flash.h"

/* Z, and the byte above it where flash is larger than 64 KB. */
typedef struct {
  uint16_t at;
  uint8_t bank;
} edgecnn_stream;

/* In inline assembly: load the next byte; operands `z` and `bank` are brought to the chip before, and back after. */
#ifdef __AVR_HAVE_ELPM__
#define EDGECNN_NEXT(register) "elpm " register ", %a[z]+\n"
#define EDGECNN_BEGIN          "out 0x3b, %[bank]\n" /* RAMPZ */
#define EDGECNN_END            "in %[bank], 0x3b\n"
#else
#define EDGECNN_NEXT(register) "lpm " register ", %a[z]+\n"
#define EDGECNN_BEGIN
#define EDGECNN_END
#endif

static inline edgecnn_stream edgecnn_stream_of(const EDGECNN_FLASH uint8_t *first) {
  const __uint24 address = (__uint24)first;
  const edgecnn_stream stream = {(uint16_t)address, (uint8_t)(address >> 16)};
  return stream;
}

static inline void edgecnn_stream_skip(edgecnn_stream *stream, uint16_t bytes) {
  stream->at = (uint16_t)(stream->at + bytes);
  stream->bank = (uint8_t)(stream->bank + (stream->at < bytes));
}

#endif

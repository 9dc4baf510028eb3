/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 as of IEEE 802.3 and zlib, bit by bit: faster than any UART, and no table to store. */
#ifndef EDGECNN_CRC32_H
#define EDGECNN_CRC32_H

#include <stdint.h>

/* What the CRC becomes after it was fed its own four bytes, lowest first. */
#define CRC32_RESIDUE UINT32_C(0x2144DF1C)

/* The CRC of some bytes and one more; that of no bytes is 0. */
static inline uint32_t crc32_add(uint32_t crc, uint8_t byte) {
  crc = ~crc ^ byte;
  for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? UINT32_C(0xEDB88320) : 0);
  return ~crc;
}

#endif

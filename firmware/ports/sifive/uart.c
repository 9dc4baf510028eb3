/* SPDX-License-Identifier: Apache-2.0 */
/* The UART of SiFive's FE310. */
#include "port.h"
#include "registers.h"

#define TXDATA REGISTER(UART_BASE + 0x00)
#define RXDATA REGISTER(UART_BASE + 0x04)
#define TXCTRL REGISTER(UART_BASE + 0x08)
#define RXCTRL REGISTER(UART_BASE + 0x0C)
#define DIV    REGISTER(UART_BASE + 0x18)

#define FULL_OR_EMPTY (1u << 31)

void port_init(void) {
  DIV = (CLOCK_HZ + BAUD / 2u) / BAUD - 1u;
  TXCTRL = 1;
  RXCTRL = 1;
}

int32_t port_read(void) {
  const uint32_t data = RXDATA; /* reading takes the byte: once only */
  return data & FULL_OR_EMPTY ? -1 : (int32_t)(data & 0xFFu);
}

void port_write(uint8_t byte) {
  while (TXDATA & FULL_OR_EMPTY) {
  }
  TXDATA = byte;
}

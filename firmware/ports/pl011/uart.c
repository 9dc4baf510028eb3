/* SPDX-License-Identifier: Apache-2.0 */
/* ARM's PL011, the UART of Stellaris LM3S and of RP2040. */
#include "port.h"
#include "registers.h"

#define DR   REGISTER(UART_BASE + 0x00)
#define FR   REGISTER(UART_BASE + 0x18)
#define IBRD REGISTER(UART_BASE + 0x24)
#define FBRD REGISTER(UART_BASE + 0x28)
#define LCRH REGISTER(UART_BASE + 0x2C)
#define CR   REGISTER(UART_BASE + 0x30)

#define RXFE (1u << 4)
#define TXFF (1u << 5)

#define DIVISOR (CLOCK_HZ * 4u / BAUD) /* in 1/64 */

void port_init(void) {
  CR = 0;
  IBRD = DIVISOR / 64u;
  FBRD = DIVISOR % 64u;
  LCRH = 0x70; /* 8 bits, FIFO */
  CR = 0x301;  /* receive, transmit, enable */
}

int32_t port_read(void) {
  return FR & RXFE ? -1 : (int32_t)(DR & 0xFFu);
}

void port_write(uint8_t byte) {
  while (FR & TXFF) {
  }
  DR = byte;
}

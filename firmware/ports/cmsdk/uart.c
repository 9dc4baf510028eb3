/* SPDX-License-Identifier: Apache-2.0 */
/* The UART of ARM's CMSDK, on the MPS2 and MPS3 boards. */
#include "port.h"
#include "registers.h"

#define DATA    REGISTER(UART_BASE + 0x00)
#define STATE   REGISTER(UART_BASE + 0x04)
#define CTRL    REGISTER(UART_BASE + 0x08)
#define BAUDDIV REGISTER(UART_BASE + 0x10)

#define TX_FULL (1u << 0)
#define RX_FULL (1u << 1)

void port_init(void) {
  BAUDDIV = CLOCK_HZ / BAUD;
  CTRL = 3; /* transmit, receive */
}

int32_t port_read(void) {
  return STATE & RX_FULL ? (int32_t)(DATA & 0xFFu) : -1;
}

void port_write(uint8_t byte) {
  while (STATE & TX_FULL) {
  }
  DATA = byte;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The UART of Nordic's nRF51, on the pins of the micro:bit's USB interface. */
#include "port.h"
#include "registers.h"

#define STARTRX  REGISTER(UART_BASE + 0x000)
#define STARTTX  REGISTER(UART_BASE + 0x008)
#define RXDRDY   REGISTER(UART_BASE + 0x108)
#define TXDRDY   REGISTER(UART_BASE + 0x11C)
#define ENABLE   REGISTER(UART_BASE + 0x500)
#define PSELTXD  REGISTER(UART_BASE + 0x50C)
#define PSELRXD  REGISTER(UART_BASE + 0x514)
#define RXD      REGISTER(UART_BASE + 0x518)
#define TXD      REGISTER(UART_BASE + 0x51C)
#define BAUDRATE REGISTER(UART_BASE + 0x524)

#define BAUD_115200 0x01D7E000u /* the only rate of which the vendor gives a code that we tried */

#if BAUD != 115200
#error "this port knows the code of 115200 baud only"
#endif

void port_init(void) {
  PSELTXD = UART_TXD_PIN;
  PSELRXD = UART_RXD_PIN;
  BAUDRATE = BAUD_115200;
  ENABLE = 4;
  STARTRX = 1;
  STARTTX = 1;
}

int32_t port_read(void) {
  if (!RXDRDY) return -1;
  RXDRDY = 0; /* before the byte is taken, or the event of the next would be lost */
  return (int32_t)(RXD & 0xFFu);
}

void port_write(uint8_t byte) {
  TXDRDY = 0;
  TXD = byte;
  while (!TXDRDY) {
  }
}

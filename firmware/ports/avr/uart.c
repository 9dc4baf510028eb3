/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USART0. It is polled: between two bytes at 115200 baud lie 1,389 cycles, enough for the app to take one and to wait
 * for the next; and what comes during an inference (more than the RAM could hold) the protocol repeats.
 */
#include "port.h"
#include "registers.h"

#define RXC0  0x80u
#define UDRE0 0x20u
#define U2X0  0x02u
#define RXEN0 0x10u
#define TXEN0 0x08u
#define BITS8 0x06u

#define CYCLES ((uint32_t)CLOCK_HZ / 4 / (BAUD)) /* of two bits at double speed: halves, to be rounded */

void port_init(void) {
  UCSR0A = U2X0;
  UBRR0 = (uint16_t)((CYCLES + 1) / 2 - 1);
  UCSR0C = BITS8;
  UCSR0B = RXEN0 | TXEN0;
}

int32_t port_read(void) {
  return UCSR0A & RXC0 ? UDR0 : -1;
}

void port_write(uint8_t byte) {
  while ((UCSR0A & UDRE0) == 0) {
  }
  UDR0 = byte;
}

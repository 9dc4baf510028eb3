/* SPDX-License-Identifier: Apache-2.0 */
/* The USART of STM32F1 and F4. Its clock and its pins are set up by the room of the chip: QEMU needs neither. */
#include "port.h"
#include "registers.h"

#define SR  REGISTER(UART_BASE + 0x00)
#define DR  REGISTER(UART_BASE + 0x04)
#define BRR REGISTER(UART_BASE + 0x08)
#define CR1 REGISTER(UART_BASE + 0x0C)

#define RXNE (1u << 5)
#define TXE  (1u << 7)
#define RE   (1u << 2)
#define TE   (1u << 3)
#define UE   (1u << 13)

void port_init(void) {
  BRR = (UART_CLOCK_HZ + BAUD / 2u) / BAUD;
  CR1 = UE | TE | RE; /* what came before is lost */
}

int32_t port_read(void) {
  return SR & RXNE ? (int32_t)(DR & 0xFFu) : -1;
}

void port_write(uint8_t byte) {
  while ((SR & TXE) == 0) {
  }
  DR = byte;
}

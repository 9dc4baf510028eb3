/* SPDX-License-Identifier: Apache-2.0 */
/* The 16550 of QEMU's RISC-V machine `virt`. */
#include "port.h"

#define UART(offset) (*(volatile uint8_t *)(UART_BASE + (offset)))
#define RBR_THR      UART(0)
#define FCR          UART(2)
#define LCR          UART(3)
#define LSR          UART(5)

#define DATA_READY (1u << 0)
#define THR_EMPTY  (1u << 5)

void port_init(void) {
  LCR = 3; /* 8 bits */
  FCR = 7; /* FIFOs on and empty */
}

int32_t port_read(void) {
  return LSR & DATA_READY ? RBR_THR : -1;
}

void port_write(uint8_t byte) {
  while ((LSR & THR_EMPTY) == 0) {
  }
  RBR_THR = byte;
}

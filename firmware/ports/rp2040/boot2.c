/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second stage of the RP2040's boot (datasheet, 2.8.1). The ROM copies the first 256 bytes of flash into RAM,
 * checks the CRC in their last four, which the build puts there, and jumps to their start. This makes flash readable in
 * place, by the serial read command that every flash chip knows, and goes on to the vectors, which lie behind it.
 */
#include "registers.h"

#define SSI(offset) REGISTER(0x18000000u + (offset))
#define CTRLR0      SSI(0x00)
#define CTRLR1      SSI(0x04)
#define SSIENR      SSI(0x08)
#define BAUDR       SSI(0x14)
#define SPI_CTRLR0  SSI(0xF4)

#define VTOR    REGISTER(0xE000ED08u)
#define VECTORS 0x10000100u

#define FRAME_32_BITS    (31u << 16)
#define READ_FLASH       (3u << 8) /* the mode that sends a command and an address, then receives */
#define COMMAND_READ     (0x03u << 24)
#define COMMAND_8_BITS   (2u << 8)
#define ADDRESS_24_BITS  (6u << 2)
#define CYCLES_PER_CLOCK 4u /* 125 MHz / 4: that command is good for 33 MHz and more, depending on the chip */

void boot2(void);

/* Runs where it was copied to, not where it was linked to: no calls, no static variables. */
__attribute__((section(".boot2"), used, noreturn)) void boot2(void) {
  SSIENR = 0; /* may only be set up while it is off */
  BAUDR = CYCLES_PER_CLOCK;
  CTRLR0 = FRAME_32_BITS | READ_FLASH;
  CTRLR1 = 0; /* one frame per read */
  SPI_CTRLR0 = COMMAND_READ | COMMAND_8_BITS | ADDRESS_24_BITS;
  SSIENR = 1;
  VTOR = VECTORS;
  __asm volatile(
      "msr msp, %0\n\t"
      "bx %1" ::"r"(REGISTER(VECTORS)),
      "r"(REGISTER(VECTORS + 4)));
  __builtin_unreachable();
}

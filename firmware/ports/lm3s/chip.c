/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An LM3S6965 on the 8 MHz crystal of its board, its UART0 in on PA0 and out on PA1: the clock and the pins of TI's own
 * example for this board, uart_echo of the EK-LM3S6965 firmware package; the internal oscillator would be too far off
 * for a UART. Written from that and TI's lm3s6965.h, never run on silicon.
 */
#include "registers.h"
#include "start.h"

#define CRYSTAL_HZ 8000000u

#define RCC         0x400FE060u
#define RCC2        0x400FE070u
#define RCGC1       0x400FE104u
#define RCGC2       0x400FE108u
#define MOSCDIS     (1u << 0)
#define OSCSRC      (3u << 4) /* 0: the main oscillator */
#define XTAL        (0x1Fu << 6)
#define XTAL_8MHZ   (0xEu << 6)
#define BYPASS      (1u << 11)
#define USESYSDIV   (1u << 22)
#define USERCC2     (1u << 31)
#define RCGC1_UART0 (1u << 0)
#define RCGC2_GPIOA (1u << 0)
#define GPIOA_AFSEL 0x40004420u
#define GPIOA_PUR   0x40004510u
#define GPIOA_DEN   0x4000451Cu
#define PA0         (1u << 0)
#define PA1         (1u << 1)
#define STARTUP     524288u /* turns of a loop; this and the next are what TI's SysCtlClockSet waits */
#define SWITCH      16u

#if UART_BASE != 0x4000C000
#error "this port sets up UART0 only"
#endif
#if CLOCK_HZ != CRYSTAL_HZ
#error "this port runs the LM3S6965 on the crystal of its board, at 8 MHz"
#endif

/* Nothing tells when the main oscillator is stable. */
static void delay(uint32_t turns) {
  while (turns--) __asm volatile("nop");
}

static void start_clock(void) {
  const uint32_t off = REGISTER(RCC) & MOSCDIS;
  REGISTER(RCC) = (REGISTER(RCC) | BYPASS) & ~USESYSDIV;
  REGISTER(RCC2) &= ~USERCC2;
  REGISTER(RCC) &= ~MOSCDIS;
  if (off) delay(STARTUP);
  REGISTER(RCC) = (REGISTER(RCC) & ~(XTAL | OSCSRC)) | XTAL_8MHZ;
  delay(SWITCH);
}

void chip_start(void) {
  start_clock();
  REGISTER(RCGC1) |= RCGC1_UART0;
  REGISTER(RCGC2) |= RCGC2_GPIOA;
  delay(SWITCH); /* three cycles until their registers can be written */
  REGISTER(GPIOA_AFSEL) |= PA0 | PA1;
  REGISTER(GPIOA_PUR) |= PA0; /* an open line is idle */
  REGISTER(GPIOA_DEN) |= PA0 | PA1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An FE310-G000 on the 16 MHz crystal of the HiFive1, its UART0 in on GPIO 16 and out on GPIO 17, whatever clock the
 * bootloader left. Written from SiFive's FE310-G000 manual (PRCI, GPIO) and the headers and fe300prci_driver.c of its
 * freedom-e-sdk, never run on silicon.
 */
#include "registers.h"
#include "start.h"

#define CRYSTAL_HZ 16000000u

#define HFROSCCFG     0x10008000u
#define HFXOSCCFG     0x10008004u
#define PLLCFG        0x10008008u
#define PLLOUTDIV     0x1000800Cu
#define RING_DEFAULT  (16u << 16 | 4u) /* trim; divided by 5: as after reset */
#define ENABLE        (1u << 30)       /* of either oscillator */
#define READY         (1u << 31)
#define PLLSEL        (1u << 16)
#define PLLREFSEL     (1u << 17) /* the crystal */
#define PLLBYPASS     (1u << 18)
#define DIVIDE_BY_ONE (1u << 8)

#define IOF_EN  0x10012038u
#define IOF_SEL 0x1001203Cu
#define UART0   (1u << 16 | 1u << 17)

#define PATIENCE 100000u /* readings */

#if UART_BASE != 0x10013000
#error "this port sets up UART0 only"
#endif
#if CLOCK_HZ != CRYSTAL_HZ
#error "this port runs the FE310 on the crystal of its board, at 16 MHz"
#endif

static void start_oscillator(uint32_t address, uint32_t settings) {
  REGISTER(address) = ENABLE | settings;
  for (uint32_t left = PATIENCE; left && (REGISTER(address) & READY) == 0; left--) {
  }
}

/* By way of the ring oscillator: what the core runs on is not to be changed under it. */
static void start_clock(void) {
  start_oscillator(HFROSCCFG, RING_DEFAULT);
  REGISTER(PLLCFG) &= ~PLLSEL;
  start_oscillator(HFXOSCCFG, 0);
  REGISTER(PLLCFG) = PLLREFSEL | PLLBYPASS;
  REGISTER(PLLOUTDIV) = DIVIDE_BY_ONE;
  REGISTER(PLLCFG) |= PLLSEL;
}

void chip_start(void) {
  start_clock();
  REGISTER(IOF_SEL) &= ~UART0;
  REGISTER(IOF_EN) |= UART0;
}

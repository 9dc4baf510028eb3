/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RP2040 from reset to 125 MHz, with its UART on GP0 (out) and GP1 (in). The ROM leaves it on its ring oscillator,
 * of no certain frequency; what it had set up before, when it took a UF2 file, is undone first. Numbers as in the
 * datasheet: 2.14 (resets), 2.15 (clocks), 2.16 (crystal), 2.18 (PLL), 2.19 (pins).
 */
#include "registers.h"
#include "start.h"

#define CRYSTAL_HZ 12000000u

/* Writing to these sets or clears the bits that are 1. */
#define SET(name)   REGISTER((name) + 0x2000u)
#define CLEAR(name) REGISTER((name) + 0x3000u)

#define RESET      0x4000C000u
#define RESET_DONE 0x4000C008u
#define IO_BANK0   (1u << 5)
#define PADS_BANK0 (1u << 8)
#define PLL_SYS    (1u << 12)
#define UART0      (1u << 22)

#define CLK_REF_CTRL     0x40008030u
#define CLK_REF_SELECTED 0x40008038u
#define CLK_SYS_CTRL     0x4000803Cu
#define CLK_SYS_SELECTED 0x40008044u
#define CLK_PERI_CTRL    0x40008048u
#define REF_IS_RING      0u
#define REF_IS_CRYSTAL   2u
#define SYS_IS_REF       0u
#define SYS_IS_PLL       1u
#define PERI_ENABLE      (1u << 11)

#define XOSC_CTRL    0x40024000u
#define XOSC_STATUS  0x40024004u
#define XOSC_STARTUP 0x4002400Cu
#define XOSC_ENABLE  (0xFABu << 12 | 0xAA0u) /* 1 to 15 MHz */
#define STABLE       (1u << 31)

#define PLL_CS        0x40028000u
#define PLL_PWR       0x40028004u
#define PLL_FBDIV_INT 0x40028008u
#define PLL_PRIM      0x4002800Cu
#define LOCKED        (1u << 31)
#define PD            (1u << 0)
#define POSTDIVPD     (1u << 3)
#define VCOPD         (1u << 5)
#define MULTIPLIER    125u /* 1500 MHz, within 750 to 1600 */
#define POSTDIV1      6u
#define POSTDIV2      2u

#define GPIO0_CTRL       0x40014004u
#define GPIO1_CTRL       0x4001400Cu
#define GPIO1_PAD        0x4001C008u
#define FUNCTION_UART    2u
#define PULL_DOWN_ENABLE (1u << 2)
#define PULL_UP_ENABLE   (1u << 3)

#if CLOCK_HZ != CRYSTAL_HZ * MULTIPLIER / (POSTDIV1 * POSTDIV2)
#error "this port sets the RP2040 to 125 MHz only"
#endif

static void await(uint32_t address, uint32_t bits) {
  while ((REGISTER(address) & bits) != bits) {
  }
}

static void reset(uint32_t blocks) {
  SET(RESET) = blocks;
  CLEAR(RESET) = blocks;
  await(RESET_DONE, blocks);
}

static void start_clocks(void) {
  CLEAR(CLK_SYS_CTRL) = SYS_IS_PLL;
  await(CLK_SYS_SELECTED, 1u << SYS_IS_REF);
  REGISTER(CLK_SYS_CTRL) = SYS_IS_REF; /* which also makes PLL_SYS the one that it can be switched to */
  REGISTER(CLK_REF_CTRL) = REF_IS_RING;
  await(CLK_REF_SELECTED, 1u << REF_IS_RING);
  REGISTER(XOSC_STARTUP) = (CRYSTAL_HZ / 1000u + 128u) / 256u; /* 1 ms, in 256 periods */
  REGISTER(XOSC_CTRL) = XOSC_ENABLE;
  await(XOSC_STATUS, STABLE);
  reset(PLL_SYS);
  REGISTER(PLL_CS) = 1; /* takes the crystal's frequency as it is */
  REGISTER(PLL_FBDIV_INT) = MULTIPLIER;
  CLEAR(PLL_PWR) = PD | VCOPD;
  await(PLL_CS, LOCKED);
  REGISTER(PLL_PRIM) = POSTDIV1 << 16 | POSTDIV2 << 12;
  CLEAR(PLL_PWR) = POSTDIVPD;
  REGISTER(CLK_REF_CTRL) = REF_IS_CRYSTAL;
  await(CLK_REF_SELECTED, 1u << REF_IS_CRYSTAL);
  SET(CLK_SYS_CTRL) = SYS_IS_PLL;
  await(CLK_SYS_SELECTED, 1u << SYS_IS_PLL);
  REGISTER(CLK_PERI_CTRL) = PERI_ENABLE; /* from clk_sys */
}

void chip_start(void) {
  start_clocks();
  reset(IO_BANK0 | PADS_BANK0 | UART0);
  CLEAR(GPIO1_PAD) = PULL_DOWN_ENABLE;
  SET(GPIO1_PAD) = PULL_UP_ENABLE; /* an open line is idle */
  REGISTER(GPIO0_CTRL) = FUNCTION_UART;
  REGISTER(GPIO1_CTRL) = FUNCTION_UART;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From whatever clock the chip has (its bootloader's, after a Go) to HSI, as after reset. RM0041 and RM0090 have RCC_CR
 * and RCC_CFGR in different places, and in them the bits named here at the same.
 */
#include "hsi.h"

#include "registers.h"

#define HSION  (1u << 0)
#define HSIRDY (1u << 1)
#define SW     (3u << 0) /* 0: HSI */
#define SWS    (3u << 2)

#define PATIENCE 10000u /* readings; QEMU's RCC reads as 0 and never gets ready */

static void await(uint32_t address, uint32_t bits, uint32_t value) {
  for (uint32_t left = PATIENCE; left && (REGISTER(address) & bits) != value; left--) {
  }
}

void hsi_start(uint32_t cr, uint32_t cfgr) {
  REGISTER(cr) |= HSION;
  await(cr, HSIRDY, HSIRDY);
  REGISTER(cfgr) &= ~SW;
  await(cfgr, SWS, 0);
  REGISTER(cfgr) = 0; /* as after reset: no bus is divided */
}

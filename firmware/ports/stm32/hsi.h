/* SPDX-License-Identifier: Apache-2.0 */
/* The internal oscillator of STM32F1 and F4. */
#ifndef EDGECNN_HSI_H
#define EDGECNN_HSI_H

#include <stdint.h>

/* Makes HSI the clock of the core and, undivided, of every bus. `cr` and `cfgr`: where the RCC has these registers. */
void hsi_start(uint32_t cr, uint32_t cfgr);

#endif

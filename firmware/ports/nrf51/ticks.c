/* SPDX-License-Identifier: Apache-2.0 */
/* TIMER0: the nRF51 has no SysTick. */
#include "port.h"
#include "registers.h"

#define START     REGISTER(TIMER_BASE + 0x000)
#define CAPTURE   REGISTER(TIMER_BASE + 0x040)
#define MODE      REGISTER(TIMER_BASE + 0x504)
#define BITMODE   REGISTER(TIMER_BASE + 0x508)
#define PRESCALER REGISTER(TIMER_BASE + 0x510)
#define CC        REGISTER(TIMER_BASE + 0x540)

#define BITS_32 3u

const uint32_t port_ticks_per_second = CLOCK_HZ;

uint32_t port_ticks(void) {
  if (BITMODE != BITS_32) {
    MODE = 0; /* timer */
    BITMODE = BITS_32;
    PRESCALER = 0;
    START = 1;
  }
  CAPTURE = 1;
  return CC;
}

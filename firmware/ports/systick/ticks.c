/* SPDX-License-Identifier: Apache-2.0 */
/* SysTick counts 24 bits downwards; an interrupt counts how often it got to zero. */
#include "port.h"
#include "registers.h"

#define CSR  REGISTER(0xE000E010u)
#define RVR  REGISTER(0xE000E014u)
#define CVR  REGISTER(0xE000E018u)
#define ICSR REGISTER(0xE000ED04u)

#define TOP       0xFFFFFFu
#define PENDSTSET (1u << 26)

void systick_exception(void);

const uint32_t port_ticks_per_second = CLOCK_HZ;

static volatile uint32_t periods;

void systick_exception(void) {
  periods++;
}

uint32_t port_ticks(void) {
  uint32_t before, low;
  if ((CSR & 1u) == 0) {
    RVR = TOP;
    CVR = 0;
    CSR = 7; /* core clock, interrupt, enable */
  }
  do { /* until no period ended in between */
    before = periods;
    low = (0u - CVR) & TOP;
  } while (before != periods || (ICSR & PENDSTSET));
  return before * (TOP + 1u) + low;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Timer 1 counts the core's cycles, 16 bits of them; an interrupt counts how often it overflowed. */
#include "port.h"
#include "registers.h"

#define TOIE1 1u
#define TOV1  1u
#define CS10  1u

/* avr-gcc wants the names of interrupts to begin so. */
void __vector_timer1_overflow(void);

const uint32_t port_ticks_per_second = CLOCK_HZ;

static volatile uint16_t overflows;

__attribute__((signal, used)) void __vector_timer1_overflow(void) {
  overflows++;
}

uint32_t port_ticks(void) {
  if (TCCR1B != CS10) {
    TCCR1A = 0;
    TCCR1B = CS10;
    TIMSK1 = TOIE1;
    __asm volatile("sei" ::: "memory");
  }
  __asm volatile("cli" ::: "memory");
  const uint16_t low = TCNT1;
  const uint8_t pending = TIFR1 & TOV1;
  uint16_t high = overflows;
  __asm volatile("sei" ::: "memory");
  if (pending && low < 0x8000u) high++; /* it overflowed before it was read, but the interrupt could not count it */
  return (uint32_t)high << 16 | low;
}

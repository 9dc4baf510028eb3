/* SPDX-License-Identifier: Apache-2.0 */
/* The core's own count of its cycles. */
#include "port.h"

const uint32_t port_ticks_per_second = CLOCK_HZ;

uint32_t port_ticks(void) {
  uint32_t cycles;
  __asm volatile("csrr %0, mcycle" : "=r"(cycles));
  return cycles;
}

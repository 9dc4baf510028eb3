/* SPDX-License-Identifier: Apache-2.0 */
/* The timer of the CLINT: real time, where mcycle would follow the computer that emulates. */
#include "port.h"
#include "registers.h"

#define MTIME REGISTER(CLINT_BASE + 0xBFF8u)

const uint32_t port_ticks_per_second = CLOCK_HZ;

uint32_t port_ticks(void) {
  return MTIME;
}

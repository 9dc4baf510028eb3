/* SPDX-License-Identifier: Apache-2.0 */
/* Reset of a RISC-V core. */
#include "start.h"

void _start(void);

__attribute__((naked, section(".start"), used)) void _start(void) {
  __asm volatile(
      "la sp, bare_stack_end\n\t"
      "j bare_start");
}

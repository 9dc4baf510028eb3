/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main on a chip without an operating system. */
#include "start.h"

#include <stdint.h>

#include "port.h"

/* From the linker script; all at multiples of four. */
extern uint32_t bare_data[], bare_data_end[], bare_bss[], bare_bss_end[];
extern const uint32_t bare_data_image[];

int main(void);

__attribute__((weak)) void chip_start(void) {}

/* See app_stack_begin in port.h. Left out is what the way to here may have used; main goes deeper. */
static void paint_stack(void) {
  for (volatile uint8_t *at = app_stack_begin; at + 128 < app_stack_end; at++) *at = PORT_STACK_PAINT;
}

void bare_start(void) {
  const uint32_t *from = bare_data_image;
  for (uint32_t *to = bare_data; to < bare_data_end; to++) *to = *from++;
  for (uint32_t *to = bare_bss; to < bare_bss_end; to++) *to = 0;
  paint_stack();
  chip_start();
  main();
  for (;;) {
  }
}

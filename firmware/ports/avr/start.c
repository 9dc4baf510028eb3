/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main on an AVR. */
#include <stdint.h>

#include "port.h"

/* From the linker script. */
extern uint8_t bare_data[], bare_data_end[], bare_bss[], bare_bss_end[];
extern const __memx uint8_t bare_data_image[];

int main(void);
void _start(void);
void avr_start(void);

/* The vectors: no interrupt beyond timer 1's is ever enabled. */
__attribute__((naked, section(".start"), used)) void _start(void) {
  __asm volatile(
      "jmp 1f\n\t"
      ".rept %0 - 1\n\t"
      "jmp 1f\n\t"
      ".endr\n\t"
      "jmp __vector_timer1_overflow\n"
      "1: clr __zero_reg__\n\t"
      "out __SREG__, __zero_reg__\n\t"
      "ldi r28, lo8(bare_stack_end - 1)\n\t"
      "ldi r29, hi8(bare_stack_end - 1)\n\t"
      "out __SP_L__, r28\n\t"
      "out __SP_H__, r29\n\t"
      "jmp avr_start" ::"i"(TIMER1_OVF_VECTOR));
}

__attribute__((used)) void avr_start(void) {
  const __memx uint8_t *from = bare_data_image;
  for (uint8_t *to = bare_data; to < bare_data_end; to++) *to = *from++;
  for (uint8_t *to = bare_bss; to < bare_bss_end; to++) *to = 0;
  for (volatile uint8_t *at = app_stack_begin; at + 16 < app_stack_end; at++) *at = PORT_STACK_PAINT;
  main();
  for (;;) {
  }
}

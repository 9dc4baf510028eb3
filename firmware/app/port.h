/* SPDX-License-Identifier: Apache-2.0 */
/* What a port supplies: a byte in, a byte out, a counter. Everything else of the firmware is the same on all boards. */
#ifndef EDGECNN_PORT_H
#define EDGECNN_PORT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void port_init(void);          /* clocks, UART, counter */
int32_t port_read(void);       /* next received byte 0..255, or -1 when none waits; never blocks */
void port_write(uint8_t byte); /* blocks until taken */
uint32_t port_ticks(void);     /* free-running 32-bit up-counter */
extern const uint32_t port_ticks_per_second;

/* Where the stack is, on a port whose linker script says so; it grows towards the beginning and is painted before main,
 * so that it shows how far it ever got. Elsewhere both are null. */
#define PORT_STACK_PAINT 0xA5u
#ifdef __ELF__
extern uint8_t app_stack_begin[] __attribute__((weak)), app_stack_end[] __attribute__((weak));
#else
static uint8_t *const app_stack_begin = 0, *const app_stack_end = 0;
#endif

#ifdef __cplusplus
}
#endif

#endif

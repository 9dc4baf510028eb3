/* SPDX-License-Identifier: Apache-2.0 */
/* Reset and exceptions of every Cortex-M. */
#include <stdint.h>

#include "registers.h"
#include "start.h"

#define VTOR  REGISTER(0xE000ED08u)
#define CPACR REGISTER(0xE000ED88u)

extern uint32_t bare_stack_end[];

void _start(void);
void exception(void);
void systick_exception(void);

typedef union {
  uint32_t *stack;
  void (*handler)(void);
} vector;

static const vector vectors[16];

void _start(void) {
#if __ARM_ARCH_ISA_THUMB == 2
  VTOR = (uint32_t)vectors; /* an STM32's bootloader leaves its own there when told to Go (AN3155) */
#endif
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  CPACR |= 0xFu << 20; /* off after reset: the first vector instruction would fault */
  __asm volatile("dsb\n\tisb" ::: "memory");
#endif
  bare_start();
}

/* A fault stops here, where a debugger finds it. */
void exception(void) {
  for (;;) {
  }
}

/* For the boards whose counter is not SysTick. */
__attribute__((weak)) void systick_exception(void) {
  exception();
}

__attribute__((section(".start"), used)) static const vector vectors[16] = {
    {.stack = bare_stack_end},
    {.handler = _start},
    {.handler = exception}, /* NMI */
    {.handler = exception}, /* hard fault */
    {.handler = exception}, /* memory management */
    {.handler = exception}, /* bus fault */
    {.handler = exception}, /* usage fault */
    {.handler = exception}, /* secure fault */
    {.handler = 0},
    {.handler = 0},
    {.handler = 0},
    {.handler = exception}, /* supervisor call */
    {.handler = exception}, /* debug monitor */
    {.handler = 0},
    {.handler = exception}, /* PendSV */
    {.handler = systick_exception},
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and pins of an STM32F405 as its USART1 needs them, whatever ran before. Written from ST's manuals, never run
 * on silicon: RM0090, the chapters on RCC (of STM32F405/407) and GPIO; the datasheet's table of alternate functions.
 */
#include "hsi.h"
#include "registers.h"
#include "start.h"

#define HSI_HZ 16000000u

#define RCC_CR       0x40023800u
#define RCC_CFGR     0x40023808u
#define RCC_APB2RSTR 0x40023824u
#define RCC_AHB1ENR  0x40023830u
#define RCC_APB2ENR  0x40023844u
#define USART1       (1u << 4)

#define GPIO(index) (0x40020000u + 0x400u * (index)) /* 0: GPIOA; also its bit of AHB1ENR */
#define MODER       (GPIO(UART_GPIO) + 0x00u)
#define OTYPER      (GPIO(UART_GPIO) + 0x04u)
#define PUPDR       (GPIO(UART_GPIO) + 0x0Cu)
#define AFRL        (GPIO(UART_GPIO) + 0x20u) /* pins 0 to 7; AFRH comes after it */
#define ALTERNATE   2u
#define PUSH_PULL   0u
#define NO_PULL     0u
#define PULL_UP     1u
#define AF7         7u

#if UART_BASE != 0x40011000
#error "this port sets up USART1 only"
#endif
#if CLOCK_HZ != HSI_HZ || UART_CLOCK_HZ != HSI_HZ
#error "this port runs the STM32F405 on its internal oscillator, at 16 MHz"
#endif

/* Of the fields of `bits` bits in a register, number `index`. */
static void set_field(uint32_t address, uint32_t bits, uint32_t index, uint32_t value) {
  const uint32_t mask = (1u << bits) - 1u, at = bits * index;
  REGISTER(address) = (REGISTER(address) & ~(mask << at)) | value << at;
}

static void set_pin(uint32_t pin, uint32_t pull) {
  set_field(AFRL + pin / 8u * 4u, 4, pin % 8u, AF7);
  set_field(OTYPER, 1, pin, PUSH_PULL);
  set_field(PUPDR, 2, pin, pull);
  set_field(MODER, 2, pin, ALTERNATE);
}

void chip_start(void) {
  hsi_start(RCC_CR, RCC_CFGR);
  REGISTER(RCC_AHB1ENR) |= 1u << UART_GPIO;
  REGISTER(RCC_APB2ENR) |= USART1;
  (void)REGISTER(RCC_APB2ENR); /* the clocks take two cycles */
  REGISTER(RCC_APB2RSTR) |= USART1;
  REGISTER(RCC_APB2RSTR) &= ~USART1;
  set_pin(UART_TX_PIN, NO_PULL);
  set_pin(UART_RX_PIN, PULL_UP); /* an open line is idle */
}

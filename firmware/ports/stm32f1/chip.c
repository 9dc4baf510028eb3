/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and pins of an STM32F100 as its USART1 needs them, out on PA9 and in on PA10, whatever ran before. Written
 * from ST's manual, never run on silicon: RM0041, the chapters on RCC and GPIO.
 */
#include "hsi.h"
#include "registers.h"
#include "start.h"

#define HSI_HZ 8000000u

#define RCC_CR       0x40021000u
#define RCC_CFGR     0x40021004u
#define RCC_APB2RSTR 0x4002100Cu
#define RCC_APB2ENR  0x40021018u
#define GPIOA        (1u << 2)
#define USART1       (1u << 14)

#define GPIOA_CRH        0x40010804u
#define GPIOA_BSRR       0x40010810u
#define PA9              (1u * 4u) /* CRH has 4 bits for each pin from 8 on */
#define PA10             (2u * 4u)
#define ALTERNATE_OUTPUT 0xAu /* push-pull, for up to 2 MHz */
#define PULLED_INPUT     0x8u /* to the level that was set as output */

#if UART_BASE != 0x40013800
#error "this port sets up USART1 only"
#endif
#if CLOCK_HZ != HSI_HZ || UART_CLOCK_HZ != HSI_HZ
#error "this port runs the STM32F100 on its internal oscillator, at 8 MHz"
#endif

void chip_start(void) {
  hsi_start(RCC_CR, RCC_CFGR);
  REGISTER(RCC_APB2ENR) |= GPIOA | USART1;
  (void)REGISTER(RCC_APB2ENR); /* the clocks take two cycles */
  REGISTER(RCC_APB2RSTR) |= USART1;
  REGISTER(RCC_APB2RSTR) &= ~USART1;
  REGISTER(GPIOA_BSRR) = 1u << 10; /* an open line is idle */
  REGISTER(GPIOA_CRH) =
      (REGISTER(GPIOA_CRH) & ~(0xFu << PA9 | 0xFu << PA10)) | ALTERNATE_OUTPUT << PA9 | PULLED_INPUT << PA10;
}

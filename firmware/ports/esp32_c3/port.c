/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Espressif's ESP32-C3, started by its ROM. The ROM has set UART0 up (115200 baud, 8N1, GPIO21 and GPIO20) and said
 * hello on it, so that is left as it is; its watchdogs, which would start it all again, are stopped.
 */
#include "port.h"

#include "registers.h"

#if BAUD != 115200
#error "the ROM sets UART0 to 115200 baud"
#endif

#define UART_FIFO   REGISTER(UART_BASE + 0x00)
#define UART_STATUS REGISTER(UART_BASE + 0x1C) /* bytes received in bits 9..0, to be sent in bits 25..16 */
#define COUNT       0x3FFu
#define FIFO_SIZE   128u

#define SYSTIMER_UNIT0_OP REGISTER(SYSTIMER_BASE + 0x04)
#define SYSTIMER_UNIT0_LO REGISTER(SYSTIMER_BASE + 0x44)
#define UPDATE            (1u << 30)
#define VALUE_VALID       (1u << 29)

#define TIMG_WDTCONFIG0       REGISTER(TIMG0_BASE + 0x48)
#define TIMG_WDTWPROTECT      REGISTER(TIMG0_BASE + 0x64)
#define RTC_CNTL_WDTCONFIG0   REGISTER(RTC_CNTL_BASE + 0x90)
#define RTC_CNTL_WDTWPROTECT  REGISTER(RTC_CNTL_BASE + 0xA8)
#define RTC_CNTL_SWD_CONF     REGISTER(RTC_CNTL_BASE + 0xAC)
#define RTC_CNTL_SWD_WPROTECT REGISTER(RTC_CNTL_BASE + 0xB0)
#define WDT_KEY               0x50D83AA1u
#define SWD_KEY               0x8F1D312Au
#define SWD_AUTO_FEED         (1u << 31)

const uint32_t port_ticks_per_second = 16000000; /* from the crystal, whatever the core's clock */

void port_init(void) {
  TIMG_WDTWPROTECT = WDT_KEY;
  TIMG_WDTCONFIG0 = 0;
  TIMG_WDTWPROTECT = 0;
  RTC_CNTL_WDTWPROTECT = WDT_KEY;
  RTC_CNTL_WDTCONFIG0 = 0;
  RTC_CNTL_WDTWPROTECT = 0;
  RTC_CNTL_SWD_WPROTECT = SWD_KEY;
  RTC_CNTL_SWD_CONF |= SWD_AUTO_FEED; /* this one cannot be stopped */
  RTC_CNTL_SWD_WPROTECT = 0;
}

int32_t port_read(void) {
  return UART_STATUS & COUNT ? (int32_t)(UART_FIFO & 0xFFu) : -1;
}

void port_write(uint8_t byte) {
  while ((UART_STATUS >> 16 & COUNT) >= FIFO_SIZE - 1u) {
  }
  UART_FIFO = byte;
}

uint32_t port_ticks(void) {
  SYSTIMER_UNIT0_OP = UPDATE;
  while ((SYSTIMER_UNIT0_OP & VALUE_VALID) == 0) {
  }
  return SYSTIMER_UNIT0_LO;
}

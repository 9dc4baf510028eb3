/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of the ATmega328P and ATmega2560 that the port uses: the same addresses on both. */
#ifndef EDGECNN_REGISTERS_H
#define EDGECNN_REGISTERS_H

#include <stdint.h>

#define REGISTER(address)   (*(volatile uint8_t *)(address))
#define REGISTER16(address) (*(volatile uint16_t *)(address))

#define TIFR1  REGISTER(0x36)
#define SREG   REGISTER(0x5F)
#define TIMSK1 REGISTER(0x6F)
#define TCCR1A REGISTER(0x80)
#define TCCR1B REGISTER(0x81)
#define TCNT1  REGISTER16(0x84)
#define UCSR0A REGISTER(0xC0)
#define UCSR0B REGISTER(0xC1)
#define UCSR0C REGISTER(0xC2)
#define UBRR0  REGISTER16(0xC4)
#define UDR0   REGISTER(0xC6)

#endif

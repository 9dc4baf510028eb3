/* SPDX-License-Identifier: Apache-2.0 */
/* A memory-mapped register of 32 bits. */
#ifndef EDGECNN_REGISTERS_H
#define EDGECNN_REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where constants live. On most cores they lie in flash because they are const; an AVR would copy them to RAM unless
 * their type says otherwise. Every constant and every pointer to constants of the runtime is EDGECNN_FLASH.
 */
#ifndef EDGECNN_FLASH_H
#define EDGECNN_FLASH_H

#if defined(__AVR__) && defined(__GNUC__) && !defined(__clang__)
#define EDGECNN_FLASH __memx /* 24 bits of address: all flash, and RAM */
#else
#define EDGECNN_FLASH
#endif

/*
 * Where the linker puts the weights, and the memory that a network has of its own: as everything else, unless these are
 * defined for the compiler, as in -DEDGECNN_WEIGHTS='__attribute__((section(".external_flash")))'.
 */
#ifndef EDGECNN_WEIGHTS
#define EDGECNN_WEIGHTS
#endif
#ifndef EDGECNN_ARENA
#define EDGECNN_ARENA
#endif

/*
 * `pointer + offset` for bytes in flash. avr-gcc takes offsets for 16 bits with sign: where one may exceed 32,767, as
 * that of a channel in its weights, it is to be added so.
 */
#if defined(__AVR__) && defined(__GNUC__) && !defined(__clang__)
#define EDGECNN_FAR(pointer, offset) \
  ((const EDGECNN_FLASH int8_t *)((__uint24)(pointer) + (__uint24)(uint32_t)(offset)))
#else
#define EDGECNN_FAR(pointer, offset) ((pointer) + (offset))
#endif

/*
 * avr-gcc knows no object of more than 32,767 bytes: where an initializer has filled one, it goes on in another. That
 * one lies right behind, provided that the compiler keeps their order (-fno-toplevel-reorder) and both in one section.
 */
#if defined(__AVR__) && defined(EDGECNN_OBJECTS_KEEP_THEIR_ORDER)
#define EDGECNN_CONTINUED(name) \
  }                             \
  , name[] = {
#else
#define EDGECNN_CONTINUED(name)
#endif

#endif

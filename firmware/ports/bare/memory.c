/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that a compiler may call although there is no C library. -ffreestanding keeps clang from making their
 * loops calls of themselves, and -fno-tree-loop-distribute-patterns GCC; used: -flto does not foresee calls. */
#include <stddef.h>
#include <stdint.h>

__attribute__((used)) void *memcpy(void *to, const void *from, size_t size);
__attribute__((used)) void *memmove(void *to, const void *from, size_t size);
__attribute__((used)) void *memset(void *to, int value, size_t size);
__attribute__((used)) int memcmp(const void *a, const void *b, size_t size);

void *memcpy(void *to, const void *from, size_t size) {
  uint8_t *t = to;
  const uint8_t *f = from;
  for (size_t i = 0; i < size; i++) t[i] = f[i];
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if ((uintptr_t)to < (uintptr_t)from) return memcpy(to, from, size);
  while (size-- > 0) t[size] = f[size];
  return to;
}

void *memset(void *to, int value, size_t size) {
  uint8_t *t = to;
  for (size_t i = 0; i < size; i++) t[i] = (uint8_t)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const uint8_t *x = a, *y = b;
  for (size_t i = 0; i < size; i++) {
    if (x[i] != y[i]) return x[i] - y[i];
  }
  return 0;
}

/* From reset to main on a chip without an operating system. */
#include "start.h"

#include <stdint.h>

/* From the linker script; all at multiples of four. */
extern uint32_t bare_data[], bare_data_end[], bare_bss[], bare_bss_end[];
extern const uint32_t bare_data_image[];

int main(void);

__attribute__((weak)) void chip_start(void) {}

void bare_start(void) {
  const uint32_t *from = bare_data_image;
  for (uint32_t *to = bare_data; to < bare_data_end; to++) *to = *from++;
  for (uint32_t *to = bare_bss; to < bare_bss_end; to++) *to = 0;
  chip_start();
  main();
  for (;;) {
  }
}

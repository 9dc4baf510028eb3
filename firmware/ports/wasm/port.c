/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebAssembly, in Node.js or a browser. The module imports the line and the clock, and never waits: its host calls poll
 * once, for the self-test, and then for each byte that it has received.
 */
#include "port.h"

#include "app.h"

#define IMPORT(name) __attribute__((import_module("port"), import_name(name)))

const uint32_t port_ticks_per_second = 1000000;

IMPORT("read") int32_t host_read(void);
IMPORT("write") void host_write(uint8_t byte);
IMPORT("ticks") uint32_t host_ticks(void); /* microseconds */

void wasm_poll(void);

void port_init(void) {}

int32_t port_read(void) {
  return host_read();
}

void port_write(uint8_t byte) {
  host_write(byte);
}

uint32_t port_ticks(void) {
  return host_ticks();
}

__attribute__((export_name("poll"))) void wasm_poll(void) {
  app_poll();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "app.h"
#include "port.h"

int main(void) {
  port_init();
  for (;;) app_poll();
}

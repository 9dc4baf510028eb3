/* SPDX-License-Identifier: Apache-2.0 */
/* What the start-up code of every core ends in. */
#ifndef EDGECNN_START_H
#define EDGECNN_START_H

/* Fill the static variables, paint the stack and run the program; the stack pointer is set. Never returns. Runs once:
 * small before fast; used: some only name it in assembly. */
__attribute__((cold, used)) void bare_start(void);

/* Clocks and pins, where they need anything before port_init; static variables are filled by then. A port that has no
 * such function gets an empty one. */
void chip_start(void);

#endif

/* What the start-up code of every core ends in. */
#ifndef EDGECNN_START_H
#define EDGECNN_START_H

/* Fill the static variables and run the program; the stack pointer is set. Never returns. */
void bare_start(void);

#endif

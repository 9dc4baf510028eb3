/* SPDX-License-Identifier: Apache-2.0 */
/* What every kernel's definition begins with, and what the linker calls it. */
#ifndef EDGECNN_KERNEL_H
#define EDGECNN_KERNEL_H

#include "symbols.h"

/*
 * A program with several converted networks may define a kernel several times: the linker takes any of them. They are
 * equal, since its name holds a hash of its sources (symbols.h). Where a linker knows no such thing, let all networks
 * of a program have one `runtime` folder.
 */
#if defined(__ELF__) || defined(__APPLE__) || defined(__wasm__)
#define EDGECNN_KERNEL __attribute__((weak))
#else
#define EDGECNN_KERNEL
#endif

#endif

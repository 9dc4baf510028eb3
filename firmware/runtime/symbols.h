/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The linker's names of the kernels. In a converted folder this file is written anew: there each name ends in a hash of
 * the kernel's sources. Here they stay as they are.
 */
#ifndef EDGECNN_SYMBOLS_H
#define EDGECNN_SYMBOLS_H

#endif

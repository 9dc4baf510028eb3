/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a host talks to the firmware, over any line that carries bytes: UART, USB serial, pty, socket.
 *
 * The host asks, the board answers; the board never speaks first. A frame on the wire is
 *
 *     0x00  COBS(payload)  0x00
 *
 * COBS (consistent overhead byte stuffing, Cheshire and Baker 1997) removes all zeros from the payload, so that after
 * any noise the next 0x00 is a fresh start. All numbers are little endian. The payload:
 *
 *     offset  type     request                      answer
 *     0       u8       PROTOCOL_VERSION             PROTOCOL_VERSION
 *     1       u8       command                      command + PROTOCOL_ANSWER
 *     2       u16      argument: layer, row or 0    status
 *     4       u32      sequence number              that of the request
 *     8       bytes    body                         body, empty unless the status is 0
 *     last 4  u32      CRC-32 (IEEE 802.3) of all bytes before it
 *
 *     command    body of the request   body of the answer
 *     HELLO      -                     see below
 *     INFER      input codes           u32 ticks of the inference, output codes
 *     LAYER      input codes           output codes of layer `argument`, whatever their number
 *     TIME       -                     u32 ticks for each layer, on the first vector of the self-test
 *     SELF_TEST  -                     u8 failures at boot, u8 failures now (bit i: vector i was wrong)
 *     IMAGE      -                     u32 size, u32 CRC-32 of the bytes app_image_begin .. app_image_end
 *     STACK      -                     u32 bytes of stack that were ever used since reset; 0 where that is not known
 *     ROW        codes of one row      -                    (a streamed network only)
 *
 *     HELLO's answer: u8 failures of the self-test at boot, u32 ticks per second, u32 ticks of one vector of the
 *     self-test (no inference takes longer), u32 bytes of arena, u16 layers, 32 bytes SHA-256 of the model; input and
 *     output, each as f32 scale, i8 zero point, u8 axes, u32 size of each axis (the batch of 1 first); then version of
 *     the firmware, board and model, each as text that ends with 0x00; and of a streamed network u16 rows of its input.
 *
 * Every answer follows from its request alone: but for rows the board keeps nothing between two requests, so a request
 * may be sent again whenever no answer came. A host gives every attempt a new sequence number, accepts the first answer
 * to any attempt of its request and discards all others. A frame that is cut or fails its CRC is dropped without an
 * answer: nothing in it can be trusted. A sound request that cannot be carried out is answered with a status. While the
 * board computes it does not read; what is sent then may be lost.
 *
 * A streamed network has no memory for its whole input: ROW hands over row `argument` of it, and is answered when what
 * can be computed is, so that no row comes too early. Row 0 starts over; then each row follows the one before it, which
 * may also be sent once more, if no answer came. INFER and LAYER have no body there, and can be asked once when all
 * rows were handed over. What comes out of turn is answered with BAD_ARGUMENT, and the host starts over with row 0.
 *
 * The self-test runs each vector through all layers and compares the CRC-32 of all layers' output codes, in turn, with
 * the host's. Its input codes are the upper 8 bits of x <- x * 1664525 + 1013904223 (mod 2^32), x starting at a seed.
 *
 * A further command leaves the version as it is: firmware that does not know it says BAD_COMMAND. What changes the
 * meaning of a frame makes a new version.
 *
 * IMAGE reads the program as it lies in memory, where the port's linker script says so by the symbols app_image_begin
 * and app_image_end (bytes that never change: code, constants, initial values); elsewhere its size is 0. STACK looks
 * how much is left of the paint that the start-up code put where the stack will be (port.h).
 */
#ifndef EDGECNN_PROTOCOL_H
#define EDGECNN_PROTOCOL_H

#define PROTOCOL_VERSION 1
#define PROTOCOL_ANSWER  0x80 /* so that an echo is no answer */

enum { /* offsets in the payload, and sizes */
       PROTOCOL_AT_VERSION = 0,
       PROTOCOL_AT_COMMAND = 1,
       PROTOCOL_AT_ARGUMENT = 2,
       PROTOCOL_AT_SEQUENCE = 4,
       PROTOCOL_HEADER_SIZE = 8,
       PROTOCOL_CRC_SIZE = 4
};

enum { /* commands */
       PROTOCOL_HELLO = 1,
       PROTOCOL_INFER = 2,
       PROTOCOL_LAYER = 3,
       PROTOCOL_TIME = 4,
       PROTOCOL_SELF_TEST = 5,
       PROTOCOL_IMAGE = 6,
       PROTOCOL_STACK = 7,
       PROTOCOL_ROW = 8
};

enum { /* status */
       PROTOCOL_OK = 0,
       PROTOCOL_BAD_VERSION = 1,
       PROTOCOL_BAD_COMMAND = 2,
       PROTOCOL_BAD_LENGTH = 3,  /* of the body */
       PROTOCOL_BAD_ARGUMENT = 4 /* no such layer, or rows out of turn */
};

#endif

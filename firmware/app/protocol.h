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
 *     INFER      codes of all inputs   u32 ticks of the inference, codes of all outputs
 *     LAYER      codes of all inputs   output codes of layer `argument`, whatever their number
 *     TIME       -                     u32 ticks for each layer, on the first vector of the self-test
 *     SELF_TEST  -                     u8 failures at boot, u8 failures now (bit i: vector i was wrong)
 *     IMAGE      -                     u32 size, u32 CRC-32 of the bytes app_image_begin .. app_image_end
 *     STACK      -                     u32 bytes of stack that were ever used since reset; 0 where that is not known
 *     ROW        codes of one row      -                    (a streamed network only)
 *     RESET      -                     -                    (a network with state begins anew)
 *     TRACE      codes of all inputs   of each layer in turn u32 bytes and output codes; u32 ticks of all of them
 *
 * HELLO's answer: u8 failures of the self-test at boot, u32 ticks per second, u32 ticks of one vector of the self-test
 * (no inference takes longer), u32 bytes of arena, u16 layers, 32 bytes SHA-256 of the model, u8 1 if it has state,
 * u32 sequence number of the last command that touched that state, u16 rows of its input if it is streamed, else 0;
 * then u8 number of inputs and u8 number of outputs, and each of them as u8 type in the model file, u8 type of its
 * codes on the wire (both as in TFLite's schema: 0 float32, 2 int32, 3 uint8, 7 int16, 9 int8), f32 scale, i32 zero
 * point, u8 axes, u32 size of each axis (the batch of 1 first), name; then version of the firmware, board and model.
 * Each text is u8 length and so many bytes of UTF-8. What a later firmware adds comes after all that.
 *
 * TRACE runs the network once and sends each layer's codes as soon as they are there, since the next layer may
 * overwrite them. The answer is as long as it is: reading without a pause is the host's part. Layer 0 is the first that
 * the network's C calls so; LAYER, TIME and TRACE, its manifest and all reports have that one number.
 *
 * Without state every answer follows from its request alone: but for rows the board keeps nothing between two requests,
 * so a request may be sent again whenever no answer came, each attempt under a new sequence number. A host accepts the
 * first answer to any attempt of its request and discards all others. A frame that is cut or fails its CRC is dropped
 * without an answer: nothing in it can be trusted. A sound request that cannot be carried out is answered with a
 * status. While the board computes it does not read; what is sent then may be lost.
 *
 * With state an inference follows from those before it. INFER, LAYER, TIME, SELF_TEST, RESET and TRACE touch the state,
 * and the board keeps the sequence number of the last of them. One with a smaller number (the difference as an int32 is
 * negative) was delayed on the way: it is answered with STALE. INFER under the same number is a repetition: its answer
 * is given again, not computed again; so a host repeats INFER under one number. A host begins above the number that
 * HELLO tells. After its own reset the board refuses INFER until it is told RESET, so that no sequence goes on with
 * forgotten state. LAYER, TIME, SELF_TEST and TRACE reset the state before and after.
 *
 * A streamed network has no memory for its whole input: ROW hands over row `argument` of it, and is answered when what
 * can be computed is, so that no row comes too early. Row 0 starts over; then each row follows the one before it, which
 * may also be sent once more, if no answer came. INFER, LAYER and TRACE have no body there, and one of them can be
 * asked once when all rows were handed over. What comes out of turn is answered with BAD_ARGUMENT, and the host starts
 * over with row 0.
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

#define PROTOCOL_VERSION 2
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
       PROTOCOL_ROW = 8,
       PROTOCOL_RESET = 9,
       PROTOCOL_TRACE = 10
};

enum { /* status */
       PROTOCOL_OK = 0,
       PROTOCOL_BAD_VERSION = 1,
       PROTOCOL_BAD_COMMAND = 2,
       PROTOCOL_BAD_LENGTH = 3,   /* of the body */
       PROTOCOL_BAD_ARGUMENT = 4, /* no such layer, or out of turn: rows, or a sequence that was not begun */
       PROTOCOL_STALE = 5         /* older than what touched the state last */
};

#endif

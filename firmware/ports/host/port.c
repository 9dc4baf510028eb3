/* SPDX-License-Identifier: Apache-2.0 */
/* A computer as a board (this one, or a Raspberry Pi under Linux): speaks on stdin and stdout, or on the tty that
 * $EDGECNN_PORT names. */
#define _POSIX_C_SOURCE 200809L

#include "port.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define IDLE_MS 100 /* how long port_read sleeps when nothing comes: the app has nothing else to do */

const uint32_t port_ticks_per_second = 10000000;

static int input = STDIN_FILENO, output = STDOUT_FILENO;

static struct {
  uint8_t bytes[4096];
  size_t begin, end;
} received, written;

static void make_raw(int tty) {
  struct termios line;
  if (tcgetattr(tty, &line) != 0) return; /* a pipe */
  line.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  line.c_oflag &= ~(tcflag_t)OPOST;
  line.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  line.c_cflag = (line.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
  tcsetattr(tty, TCSANOW, &line);
}

void port_init(void) {
  const char *path = getenv("EDGECNN_PORT");
  if (path) input = output = open(path, O_RDWR | O_NOCTTY);
  if (input < 0) exit(EXIT_FAILURE);
  make_raw(input);
}

static void flush(void) {
  while (written.begin < written.end) {
    const ssize_t taken = write(output, written.bytes + written.begin, written.end - written.begin);
    if (taken < 0) exit(EXIT_FAILURE);
    written.begin += (size_t)taken;
  }
  written.begin = written.end = 0;
}

int32_t port_read(void) {
  if (received.begin == received.end) {
    struct pollfd waiting = {input, POLLIN, 0};
    flush();
    if (poll(&waiting, 1, IDLE_MS) <= 0) return -1;
    const ssize_t count = read(input, received.bytes, sizeof received.bytes);
    if (count <= 0) exit(EXIT_SUCCESS); /* the other side has gone */
    received.begin = 0;
    received.end = (size_t)count;
  }
  return received.bytes[received.begin++];
}

void port_write(uint8_t byte) {
  if (written.end == sizeof written.bytes) flush();
  written.bytes[written.end++] = byte;
}

uint32_t port_ticks(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint32_t)((uint64_t)now.tv_sec * port_ticks_per_second + (uint32_t)now.tv_nsec / 100);
}

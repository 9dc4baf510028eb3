/*
 * An Arduino board on libsimavr, on the computer: simavr [-b BOOTLOADER.hex] [-r RAM.bin] MCU [PROGRAM.hex]
 *
 * The serial line of USART0 is the pseudo terminal whose master is stdin. Cycle for cycle as on the chip; while the
 * program computes as fast as this computer can, while it waits for the line no faster than the clock goes.
 * Opening the line after it was closed resets the chip, as on an Arduino. -r: while the program waits, its RAM is
 * written to the file.
 *
 * With a bootloader, a program that crashes is not the end: the chip stands still until it is reset. An empty one comes
 * to that by itself, within seconds: from blank flash it runs into the bootloader again and again, and each time that
 * leaves a return address on the stack, until there is no more RAM.
 */
#define _XOPEN_SOURCE 700

#include <errno.h>
#include <poll.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#define UCSR0A  0xC0
#define MCUSR   0x54
#define EXTRF   2 /* the reset pin was it: the bootloaders ask */
#define HZ      16000000
#define SLICE   (HZ / 1000) /* of simulated time: 1 ms */
#define WAITING 100         /* looks at the line in a slice from which nothing but waiting is concluded */

static struct {
  uint8_t bytes[4096];
  size_t begin, end; /* of what the chip has not taken yet */
  int ready;         /* the chip takes more */
} in;

static struct {
  avr_io_read_t read; /* of UCSR0A, as simavr has it */
  void *parameter;
  unsigned looks, bytes; /* in this slice */
} line;

static struct {
  int watch; /* inotify: no poll sees a line that is closed and opened between two looks */
  int users; /* who have the line open */
} port;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void on_output(avr_irq_t *irq, uint32_t value, void *parameter) {
  const uint8_t byte = (uint8_t)value;
  (void)irq, (void)parameter;
  line.bytes++;
  while (write(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) {
  }
}

static void on_xon(avr_irq_t *irq, uint32_t value, void *parameter) {
  (void)irq, (void)value, (void)parameter;
  in.ready = 1;
}

static void on_xoff(avr_irq_t *irq, uint32_t value, void *parameter) {
  (void)irq, (void)value, (void)parameter;
  in.ready = 0;
}

static uint8_t on_look(avr_t *avr, avr_io_addr_t address, void *parameter) {
  (void)parameter;
  line.looks++;
  return line.read ? line.read(avr, address, line.parameter) : avr->data[address];
}

/* The UART's looks are counted on the way; simavr's own output on the console and its sleeping are switched off. */
static avr_irq_t *connect_line(avr_t *avr) {
  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  avr_irq_t *const irqs = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), 0);
  avr_irq_register_notify(irqs + UART_IRQ_OUTPUT, on_output, NULL);
  avr_irq_register_notify(irqs + UART_IRQ_OUT_XON, on_xon, NULL);
  avr_irq_register_notify(irqs + UART_IRQ_OUT_XOFF, on_xoff, NULL);
  line.read = avr->io[AVR_DATA_TO_IO(UCSR0A)].r.c;
  line.parameter = avr->io[AVR_DATA_TO_IO(UCSR0A)].r.param;
  avr->io[AVR_DATA_TO_IO(UCSR0A)].r.c = on_look;
  return irqs + UART_IRQ_INPUT;
}

/* Puts the file into flash and returns its lowest address. */
static uint32_t load(avr_t *avr, const char *file) {
  ihex_chunk_p chunks = NULL;
  const int count = read_ihex_chunks(file, &chunks);
  uint32_t lowest = UINT32_MAX;
  for (int i = 0; i < count; i++) {
    if (chunks[i].baseaddr + chunks[i].size > avr->flashend + 1)
      fail("the program does not lie within the chip's flash");
    memcpy(avr->flash + chunks[i].baseaddr, chunks[i].data, chunks[i].size);
    if (chunks[i].baseaddr < lowest) lowest = chunks[i].baseaddr;
  }
  if (count <= 0) fail("the program is no Intel HEX file");
  return lowest;
}

static void reset(avr_t *avr) {
  avr_reset(avr);
  avr->data[MCUSR] = EXTRF;
  in.begin = in.end = 0;
  in.ready = 1;
}

static short waits_for_us(int timeout) {
  struct pollfd from = {STDIN_FILENO, POLLIN, 0};
  poll(&from, 1, timeout);
  return from.revents;
}

static void watch_port(void) {
  const char *const name = ptsname(STDIN_FILENO);
  port.watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (name == NULL || port.watch < 0 || inotify_add_watch(port.watch, name, IN_OPEN | IN_CLOSE) < 0)
    fail("cannot watch the line");
  port.users = (waits_for_us(0) & POLLHUP) == 0;
}

/* Whether the line was opened after it was closed; `closed` is what a poll said before. */
static int was_reopened(int closed) {
  uint32_t events[64][sizeof(struct inotify_event) / 4]; /* without names, as the file itself is watched */
  int reopened = 0;
  if (closed) port.users = 0; /* two equal events in a row are told as one */
  for (ssize_t got; (got = read(port.watch, events, sizeof events)) > 0;) {
    for (size_t i = 0; i < (size_t)got / sizeof *events; i++) {
      if (events[i][offsetof(struct inotify_event, mask) / 4] & IN_OPEN)
        reopened |= port.users++ == 0;
      else if (port.users > 0)
        port.users--;
    }
  }
  return reopened;
}

/* What was sent before a reset is lost. */
static void discard(void) {
  char bytes[256];
  while ((waits_for_us(0) & POLLIN) && read(STDIN_FILENO, bytes, sizeof bytes) > 0) {
  }
}

static void dump(const avr_t *avr, const char *file) {
  FILE *const to = fopen(file, "wb");
  if (to == NULL || fwrite(avr->data, 1, avr->ramend + 1, to) != avr->ramend + 1u || fclose(to))
    fail("cannot write RAM");
}

/* Milliseconds until another slice of waiting may be over, as the chip's clock counts them. */
static int early(void) {
  static int64_t due; /* microseconds */
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t here = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
  if (here - due > 100000) due = here; /* there was more to do than to wait, or this computer is too slow */
  due += 1000;
  return due > here ? (int)((due - here) / 1000) : 0;
}

/* 1 ms of the chip's time; 0 when its program has ended. */
static int run_slice(avr_t *avr, avr_irq_t *input) {
  line.looks = line.bytes = 0;
  for (const avr_cycle_count_t end = avr->cycle + SLICE; avr->cycle < end;) {
    if (avr->state == cpu_Done || avr->state == cpu_Crashed) return 0;
    avr_run(avr);
    if (in.ready && in.begin < in.end) {
      line.bytes++;
      avr_raise_irq(input, in.bytes[in.begin++]);
    }
  }
  return 1;
}

int main(int count, char **arguments) {
  const char *bootloader = NULL, *ram = NULL;
  for (int option; (option = getopt(count, arguments, "b:r:")) != -1;) {
    if (option == '?') return 2;
    *(option == 'b' ? &bootloader : &ram) = optarg;
  }
  if (count - optind < 1) fail("usage: simavr [-b BOOTLOADER.hex] [-r RAM.bin] MCU [PROGRAM.hex]");
  avr_t *const avr = avr_make_mcu_by_name(arguments[optind]);
  if (avr == NULL) fail("simavr does not know this chip");
  avr_init(avr);
  avr->log = LOG_ERROR;
  avr->frequency = HZ;
  avr->codeend = avr->flashend;
  memset(avr->flash, 0xFF, avr->flashend + 1);
  if (count - optind > 1) load(avr, arguments[optind + 1]);
  if (bootloader) avr->reset_pc = load(avr, bootloader);
  avr_irq_t *const input = connect_line(avr);
  reset(avr);

  watch_port();
  const pid_t parent = getppid();
  while (getppid() == parent) {
    const int runs = run_slice(avr, input);
    if (!runs && bootloader == NULL) fail("the program crashed, or stopped for ever");
    const int waiting = !runs || (line.looks > WAITING && line.bytes == 0);
    if (waiting && ram) dump(avr, ram);
    const int state = waits_for_us(waiting && in.begin == in.end ? early() : 0);
    if (was_reopened(state & POLLHUP)) {
      discard();
      reset(avr);
    } else if ((state & POLLIN) && in.begin == in.end) {
      const ssize_t got = read(STDIN_FILENO, in.bytes, sizeof in.bytes);
      in.begin = 0;
      in.end = got > 0 ? (size_t)got : 0;
    }
    if (state & POLLHUP) poll(NULL, 0, 1); /* a closed line never lets poll wait */
  }
  return 0;
}

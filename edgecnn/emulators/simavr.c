/*
 * An Arduino board on libsimavr, on the computer: simavr [-b BOOTLOADER.hex] [-r RAM.bin] MCU [PROGRAM.hex]
 *
 * The serial line of USART0 is the pseudo terminal whose master is stdin. Cycle for cycle as on the chip; while the
 * program computes as fast as this computer can, while it waits for the line no faster than the clock goes.
 * Opening the line after it was closed resets the chip, as on an Arduino. -r: while the program waits, its RAM is
 * written to the file.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

  const pid_t parent = getppid();
  int was_open = 1;
  while (getppid() == parent) {
    line.looks = line.bytes = 0;
    for (const avr_cycle_count_t end = avr->cycle + SLICE; avr->cycle < end;) {
      const int state = avr_run(avr);
      if (state == cpu_Done || state == cpu_Crashed) fail("the program crashed, or stopped for ever");
      if (in.ready && in.begin < in.end) {
        line.bytes++;
        avr_raise_irq(input, in.bytes[in.begin++]);
      }
    }
    const int waiting = line.looks > WAITING && line.bytes == 0;
    if (waiting && ram) dump(avr, ram);
    if (in.begin < in.end) continue;
    struct pollfd from = {STDIN_FILENO, POLLIN, 0};
    poll(&from, 1, waiting ? early() : 0);
    const int is_open = (from.revents & POLLHUP) == 0;
    if (is_open && !was_open) reset(avr);
    was_open = is_open;
    if (!is_open) poll(NULL, 0, 1); /* a closed line never lets poll wait */
    if (from.revents & POLLIN) {
      const ssize_t got = read(STDIN_FILENO, in.bytes, sizeof in.bytes);
      in.begin = 0;
      in.end = got > 0 ? (size_t)got : 0;
    }
  }
  return 0;
}

"""The port of the AVR boards, on simavr."""

import os
import struct
from pathlib import Path

import pytest
import serial

from edgecnn import board
from edgecnn.building import build, image, toolchain
from edgecnn.emulators import emulator
from edgecnn.support import paths

MAIN = r"""
#include "port.h"

static void send(uint32_t value) {
  for (uint8_t i = 0; i < 4; i++, value >>= 8) port_write((uint8_t)(value & 255));
}

int main(void) {
  port_init();
  const uint32_t start = port_ticks();
  const uint32_t nothing = port_ticks() - start;
  const uint32_t before = port_ticks();
  for (uint16_t turns = 0; turns < 100; turns++) { /* of 4 * 5000 - 1 cycles */
    uint16_t rounds = 5000;
    __asm volatile("1: sbiw %0, 1\n\tbrne 1b" : "+w"(rounds));
  }
  const uint32_t after = port_ticks();
  while (port_read() != '?') {
  }
  send(nothing);
  send(after - before);
  for (;;) {
    const int32_t byte = port_read();
    if (byte >= 0 && byte != '?') port_write((uint8_t)byte);
  }
}
"""


@pytest.mark.parametrize("name", ["arduino_mega_2560", "arduino_uno"])
def test_ticks_are_cycles_and_bytes_pass(name: str, tmp_path: Path) -> None:
    facts = board.load(name)
    room, elf = paths.firmware() / "ports" / "avr", tmp_path / "firmware.elf"
    (tmp_path / "main.c").write_text(MAIN)
    (tmp_path / "link.ld").write_text(build.linker_script(facts))
    defines = [f"-D{key}={value}u" for key, value in {"CLOCK_HZ": 16_000_000, "BAUD": 115200, **facts.defines}.items()]
    sources = [str(tmp_path / "main.c"), *map(str, sorted(room.glob("*.c")))]
    includes = [f"-I{room}", f"-I{paths.firmware() / 'app'}"]
    assert facts.compiler
    toolchain.link(facts.compiler, [*defines, *includes, *sources], tmp_path / "link.ld", elf)
    elf.with_suffix(".hex").write_bytes(image.intel_hex(*image.image_of(elf)))
    with emulator.emulate(facts, elf) as port, serial.Serial(port, timeout=0.5) as line:
        answer = b""
        while len(answer) < 8:  # what comes before the UART is ready is lost
            line.write(b"?")
            answer += line.read(8 - len(answer))
        nothing, ticks = struct.unpack("<II", answer)
        line.timeout = 20
        data = os.urandom(5000).replace(b"?", b"!")
        line.write(data)
        assert line.read(len(data)) == data
    assert 20 < nothing < 60
    interrupts = 2_000_000 // 65536 + 1
    assert 1_999_900 + 10 * interrupts < ticks < 1_999_900 + 100 * 20 + 60 * interrupts + nothing

"""What it takes to emulate Arduino boards: a program and a bootloader, compiled here, once, and kept in the cache."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..building import compiler
from ..errors import EdgecnnError, UsageError
from ..support import dependencies, paths
from ..support.files import atomic_path

BOOTLOADERS = Path(dependencies.ARDUINO_BOOTLOADERS)

_FLAGS = (*compiler.STRICT, "-O2")
_LIBRARIES = ("-lsimavr", "-lelf")

# Debian's compiler makes 532 bytes of optiboot, where 512 fit, so its .hex does not run on any chip. Without the
# flashing of the LED it fits; all else is as in its Makefile.
_OPTIBOOT = (
    *("-mmcu=atmega328p", "-Os", "-fno-split-wide-types", "-mrelax", "-w", "-nostartfiles", "-nostdlib"),
    *("-DF_CPU=16000000L", "-DBAUD_RATE=115200", "-DLED_START_FLASHES=0"),
    *("-Wl,--section-start=.text=0x7e00", "-Wl,--section-start=.version=0x7ffe"),
)


def program() -> Path:
    """The emulator; simavr.c says how to call it. Raises UsageError when simavr's library is missing."""
    source = Path(__file__).parent / "simavr.c"
    try:
        return _compiled("simavr", compiler.host(), source, _FLAGS, _LIBRARIES)
    except EdgecnnError as error:
        raise UsageError(
            f"simavr's library cannot be used ({error}); {dependencies.TOOLS['simavr'].remedy}."
        ) from error


def bootloader(name: str) -> Path:
    """A bootloader of arduino-core-avr, as .hex: one that is there, or the source optiboot.c compiled for the Uno.

    Raises UsageError when it, or what compiles it, is not installed.
    """
    path, gcc = BOOTLOADERS / name, compiler.named("avr-gcc")
    if not path.is_file() or gcc is None:
        raise UsageError(
            "Arduino's bootloaders or avr-gcc are missing; on Debian: apt install arduino-core-avr gcc-avr avr-libc."
        )
    if path.suffix == ".hex":
        return path
    elf = _compiled(f"{path.stem}.elf", gcc, path, _OPTIBOOT)
    image = elf.with_suffix(".hex")
    with atomic_path(image) as fresh:
        subprocess.run(["avr-objcopy", "-O", "ihex", str(elf), str(fresh)], check=True)
    return image


def _compiled(
    name: str, cc: compiler.Compiler, source: Path, flags: Sequence[str], libraries: Sequence[str] = ()
) -> Path:
    key = source.read_bytes() + "\0".join((*cc.command, cc.version, *flags, *libraries)).encode()
    target = paths.cache() / "emulators" / hashlib.sha256(key).hexdigest() / name
    if not target.is_file():
        with atomic_path(target) as fresh:
            cc.run([*flags, str(source), "-o", str(fresh), *libraries])
            fresh.chmod(0o755)
    return target

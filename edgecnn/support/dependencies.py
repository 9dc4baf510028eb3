"""The programs and packages that edgecnn uses where they are installed: how each is found, and what installs it."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..errors import UsageError
from . import node


@dataclass(frozen=True)
class Tool:
    """Something to install. `find` takes the names to look for and says where it is, `version` which one that is."""

    name: str
    kind: str
    debian: str = ""  # its packages
    extra: str = ""  # of edgecnn, with which pip brings it
    npm: str = ""  # its packages
    names: tuple[str, ...] = ()  # any of them will do; default: its own
    find: Callable[[str], str | None] = shutil.which
    asked: str = "--version"

    def path(self) -> str:
        """Where it is; raises UsageError with what installs it."""
        if (found := self.found()) is None:
            raise UsageError(f"{self.name} is not installed; {self.remedy}.")
        return found

    def found(self) -> str | None:
        """Where it is, if anywhere."""
        return next((path for name in self.names or (self.name,) if (path := self.find(name))), None)

    @property
    def remedy(self) -> str:
        """What installs it, as it stands in the sentences of errors."""
        if self.debian:
            return f"on Debian: apt install {self.debian}"
        return f"`pip install 'edgecnn[{self.extra}]'`" if self.extra else f"`npm install {self.npm}`"

    def version(self) -> str | None:
        """What it says of itself in one line, as far as it does; None when it is not installed."""
        path = self.found()
        if path is None or self.find is not shutil.which:
            return path
        try:
            done = subprocess.run([path, self.asked], stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return path
        lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
        return next((line.strip() for line in lines if re.search(r"\d\.\d", line)), path)


def _module(name: str) -> str | None:
    """A package of Python, by its name and version."""
    if importlib.util.find_spec(name) is None:
        return None
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return name


def _file(path: str) -> str | None:
    """What is no program: a file or a folder."""
    return path if os.path.exists(path) else None


def _table(tools: Iterable[Tool]) -> dict[str, Tool]:
    return {tool.name: tool for tool in tools}


ARDUINO_BOOTLOADERS = "/usr/share/arduino/hardware/arduino/avr/bootloaders"  # where Debian has them

TOOLS = _table(
    [
        Tool("C compiler", "compiler", debian="gcc", names=("cc", "gcc", "clang")),
        Tool("ziglang", "compiler", extra="build", find=_module),
        Tool("pyelftools", "compiler", extra="build", names=("elftools",), find=_module),
        Tool("arm-none-eabi-gcc", "compiler", debian="gcc-arm-none-eabi"),
        Tool("riscv64-unknown-elf-gcc", "compiler", debian="gcc-riscv64-unknown-elf"),
        Tool("arm-linux-gnueabihf-gcc", "compiler", debian="gcc-arm-linux-gnueabihf libc6-dev-armhf-cross"),
        Tool("arm-linux-gnueabi-gcc", "compiler", debian="gcc-arm-linux-gnueabi libc6-dev-armel-cross"),
        Tool("aarch64-linux-gnu-gcc", "compiler", debian="gcc-aarch64-linux-gnu libc6-dev-arm64-cross"),
        Tool("avr-gcc", "compiler", debian="gcc-avr"),
        Tool("avr-libc", "compiler", debian="avr-libc", names=("/usr/lib/avr/include/avr/io.h",), find=_file),
        Tool("qemu-system-arm", "emulator", debian="qemu-system-arm"),
        Tool("qemu-system-riscv32", "emulator", debian="qemu-system-misc"),
        Tool("qemu-arm", "emulator", debian="qemu-user"),
        Tool("qemu-aarch64", "emulator", debian="qemu-user"),
        Tool("simavr", "emulator", debian="libsimavr-dev libelf-dev", find=ctypes.util.find_library),
        Tool("arduino-core-avr", "emulator", debian="arduino-core-avr", names=(ARDUINO_BOOTLOADERS,), find=_file),
        Tool("node", "emulator", debian="nodejs"),
        Tool("rp2040js", "emulator", npm=node.installation(), find=node.modules),
        Tool("npm", "emulator", debian="npm"),
        Tool("avrdude", "flash tool", debian="avrdude", asked="-v"),
        Tool("stm32flash", "flash tool", debian="stm32flash", asked="-h"),
        Tool("gdb-multiarch", "flash tool", debian="gdb-multiarch"),
        Tool("esptool", "flash tool", extra="flash", find=_module),
        Tool("ssh", "flash tool", debian="openssh-client", asked="-V"),
    ]
)


def path(name: str) -> str:
    """Where the tool `name` is, which need not be one of TOOLS; raises UsageError with what installs it."""
    return TOOLS.get(name, Tool(name, "program", debian=name)).path()

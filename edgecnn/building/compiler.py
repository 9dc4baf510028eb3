"""Which C compiler builds for the host: the machine's own, else the one that pip installs (ziglang)."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import EdgecnnError, UsageError
from ..support import dependencies

STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror")

# Of compilers, and of linkers that only say what; collect2 says that there was something.
_COMPLAINT = re.compile("(?<!collect2: )error:|overflowed|undefined|multiple definition|cannot find")


@dataclass(frozen=True)
class Compiler:
    """A command that takes the arguments of cc, and its version in one line."""

    command: tuple[str, ...]
    version: str

    def run(self, arguments: Sequence[str]) -> None:
        """Compile; raises EdgecnnError with the compiler's first complaint."""
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if _COMPLAINT.search(line)]
            complaint = lines[0] if lines else done.stderr.strip()[-300:]
            raise EdgecnnError(f"{' '.join(self.command)} failed: {complaint}")


def zig() -> Compiler | None:
    """Zig's clang, where the package ziglang is installed."""
    if importlib.util.find_spec("ziglang") is None:
        return None
    return _checked((sys.executable, "-m", "ziglang", "cc"))


def named(program: str) -> Compiler | None:
    """A compiler of the machine's own, where it is installed."""
    path = shutil.which(program)
    return _checked((path,)) if path else None


@functools.cache
def host() -> Compiler:
    """$CC, cc, gcc or clang, else ziglang; raises UsageError when there is none."""
    candidates = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    found = next((found for name in candidates if name and (found := named(name))), None)
    compiler = found or zig()
    if compiler is None:
        both = " or ".join(dependencies.TOOLS[name].remedy for name in ("ziglang", "C compiler"))
        raise UsageError(f"no C compiler is installed; {both}.")
    return compiler


def _checked(command: tuple[str, ...]) -> Compiler | None:
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    return None if done.returncode or not lines else Compiler(command, lines[0])

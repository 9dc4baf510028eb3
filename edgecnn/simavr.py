"""The program that emulates Arduino boards: compiled here, once, against simavr's library, and kept in the cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

from . import compiler, paths
from .errors import EdgecnnError, UsageError
from .files import atomic_path

_FLAGS = (*compiler.STRICT, "-O2")
_LIBRARIES = ("-lsimavr", "-lelf")


def program() -> Path:
    """The executable; simavr.c says how to call it. Raises UsageError when the library is missing."""
    source, cc = paths.firmware() / "emulators" / "simavr.c", compiler.host()
    key = source.read_bytes() + "\0".join((*cc.command, cc.version, *_FLAGS, *_LIBRARIES)).encode()
    target = paths.cache() / "emulators" / hashlib.sha256(key).hexdigest() / "simavr"
    if not target.is_file():
        try:
            with atomic_path(target) as fresh:
                cc.run([*_FLAGS, str(source), "-o", str(fresh), *_LIBRARIES])
                fresh.chmod(0o755)
        except EdgecnnError as error:
            raise UsageError(
                f"simavr's library cannot be used ({error}); on Debian: apt install libsimavr-dev libelf-dev gcc."
            ) from error
    return target

"""The runtime of a converted folder: its kernels' sources, the headers that they include, and the linker's names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from edgecnn.support import paths

from . import c_text

SYMBOLS = "symbols.h"  # the one file that is written anew
_INCLUDE = re.compile(r'#include "(\w+\.h)"')


def runtime_files(kernels: Mapping[str, str], headers: Iterable[str]) -> dict[str, bytes]:
    """Every file by its name: of `kernels` (name -> folder in firmware/runtime) and of the plain `headers`."""
    sources = {kernel: _closure(folder, [f"{kernel}.c", f"{kernel}.h"]) for kernel, folder in kernels.items()}
    found: dict[str, Path] = {}
    for files in (*sources.values(), _closure("", [f"{header}.h" for header in headers])):
        for name, file in files.items():
            assert found.setdefault(name, file) == file, f"two files are called {name}"
    contents = {name: file.read_bytes() for name, file in sorted(found.items())}
    if SYMBOLS in contents:
        contents[SYMBOLS] = _symbols({kernel: _digest(files) for kernel, files in sources.items()}).encode()
    return contents


def _closure(folder: str, names: list[str]) -> dict[str, Path]:
    """The files `names` as seen from a core's folder and, transitively, the headers that they include."""
    folders, found, pending = paths.kernel_folders(folder), dict[str, Path](), names
    while pending:
        name, *pending = pending
        if name not in found:
            found[name] = next(file for place in folders if (file := place / name).exists())
            pending += _INCLUDE.findall(found[name].read_text())
    return found


def _digest(files: Mapping[str, Path]) -> str:
    """What tells a kernel from one of the same name: a hash of all that it is compiled from."""
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        digest.update(f"{name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


def _symbols(digests: Mapping[str, str]) -> str:
    lines = c_text.table(
        (f"#define edgecnn_{kernel}", f"edgecnn_{kernel}_{digest}") for kernel, digest in digests.items()
    )
    return (
        c_text.licence()
        + c_text.comment(
            [
                "The linker's names of the kernels: each ends in a hash of the kernel's sources. So the networks of a",
                "program share the kernels that are the same, and those of two versions of edgecnn are never mixed.",
            ]
        )
        + "#ifndef EDGECNN_SYMBOLS_H\n#define EDGECNN_SYMBOLS_H\n\n"
        + "".join(f"{line}\n" for line in lines)
        + "\n#endif\n"
    )

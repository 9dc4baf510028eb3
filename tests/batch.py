"""Many generated networks in a few shared libraries: few runs of the compiler, the runtime not compiled for each."""

import ctypes
from collections.abc import Sequence
from pathlib import Path

from edgecnn.building import compiler
from edgecnn.host import HostModel

_FLAGS = (*compiler.STRICT, "-O1", "-fPIC", "-shared")


class _Part(HostModel):
    def __init__(self, folder: Path, library: Path):
        self._library = library
        super().__init__(folder)

    def _build(self) -> Path:
        return self._library

    def _check_sizes(self, library: ctypes.CDLL) -> None:
        """What tells them is compiled into a library of one network alone."""


def compiled(folders: Sequence[Path], target: Path) -> list[HostModel]:
    """The networks in folders that `write_c` made, each with a name of its own; the libraries go into `target`.

    Those whose kernels of one name are one and the same share a library: kernels of different cores may not meet.
    """
    groups: list[dict[str, Path]] = []  # sources by name
    group_of: list[int] = []
    for folder in folders:
        sources = {path.name: path for path in folder.rglob("*.c")}
        fitting = (i for i, group in enumerate(groups) if _agree(group, sources))
        index = next(fitting, len(groups))
        if index == len(groups):
            groups.append({})
        groups[index] |= sources
        group_of.append(index)
    for index, group in enumerate(groups):
        compiler.host().run([*_FLAGS, "-o", str(target / f"{index}.so"), *map(str, group.values())])
    return [_Part(folder, target / f"{index}.so") for folder, index in zip(folders, group_of, strict=True)]


def _agree(some: dict[str, Path], others: dict[str, Path]) -> bool:
    return all(some[name].read_bytes() == others[name].read_bytes() for name in some.keys() & others.keys())

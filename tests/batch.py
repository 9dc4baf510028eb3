"""Many generated networks in one shared library: one run of the compiler, and the runtime compiled once."""

from collections.abc import Sequence
from pathlib import Path

from edgecnn import compiler
from edgecnn.host import HostModel

_FLAGS = (*compiler.STRICT, "-O1", "-fPIC", "-shared")


class _Part(HostModel):
    def __init__(self, folder: Path, library: Path):
        self._library = library
        super().__init__(folder)

    def _build(self) -> Path:
        return self._library


def compiled(folders: Sequence[Path], library: Path) -> list[HostModel]:
    """The networks in folders that `write_c` made, each with a name of its own."""
    sources = {path.name: path for folder in folders for path in folder.rglob("*.c")}
    assert len([path for path in sources.values() if path.parent in folders]) == len(folders), "two have one name"
    compiler.host().run([*_FLAGS, "-o", str(library), *map(str, sources.values())])
    return [_Part(folder, library) for folder in folders]

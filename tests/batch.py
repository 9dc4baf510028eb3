"""Many generated networks in a few shared libraries: few runs of the compiler, the runtime not compiled for each."""

import ctypes
from collections.abc import Sequence
from pathlib import Path

from edgecnn.building import compiler
from edgecnn.converted import Converted
from edgecnn.host import HostModel

_FLAGS = (*compiler.STRICT, "-O1", "-fPIC", "-shared")


class _Part(HostModel):
    def __init__(self, network: Converted, library: Path):
        self._library = library
        super().__init__(network)

    def _build(self) -> Path:
        return self._library

    def _check_sizes(self, library: ctypes.CDLL) -> None:
        """What tells them is compiled into a library of one network alone."""


def compiled(networks: Sequence[Converted], target: Path) -> list[HostModel]:
    """The networks, each with a name of its own; their C and the libraries go into the folder `target`.

    Those whose kernels of one name are one and the same share a library: kernels of different cores may not meet.
    """
    groups: list[dict[str, bytes]] = []  # contents by path
    group_of: list[int] = []
    for network in networks:
        fitting = (i for i, group in enumerate(groups) if _agree(group, network))
        index = next(fitting, len(groups))
        if index == len(groups):
            groups.append({})
        groups[index] |= network.sources
        group_of.append(index)
    for index, group in enumerate(groups):
        for path, data in group.items():
            (target / str(index) / path).parent.mkdir(parents=True, exist_ok=True)
            (target / str(index) / path).write_bytes(data)
        sources = [str(target / str(index) / path) for path in group if path.endswith(".c")]
        compiler.host().run([*_FLAGS, f"-I{target / str(index)}", "-o", str(target / f"{index}.so"), *sources])
    return [_Part(network, target / f"{index}.so") for network, index in zip(networks, group_of, strict=True)]


def _agree(group: dict[str, bytes], network: Converted) -> bool:
    return all(group.get(path, data) == data for path, data in network.sources.items())

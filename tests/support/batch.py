"""Many generated networks in a few shared libraries: few runs of the compiler, the runtime not compiled for each."""

from collections.abc import Sequence
from pathlib import Path

from edgecnn.building import compiler
from edgecnn.converted import Converted
from edgecnn.host import HostModel, sizes_source

_FLAGS = (*compiler.STRICT, "-O1", "-fPIC", "-shared")
_SYMBOLS = "runtime/symbols.h"  # the names of a network's own kernels, where it has any


class _Part(HostModel):
    """A network whose library is compiled together with others."""

    def __init__(self, network: Converted, library: Path):
        self._together = library
        super().__init__(network)

    def _build(self) -> Path:
        return self._together


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
            groups.append({_SYMBOLS: b""})
        symbols = groups[index][_SYMBOLS] + _defines(network.sources.get(_SYMBOLS, b""))
        sizes = {f"{network.manifest.name}.sizes.c": sizes_source(network.manifest).encode()}
        groups[index] |= {**network.sources, **sizes, _SYMBOLS: symbols}
        group_of.append(index)
    for index, group in enumerate(groups):
        for path, data in group.items():
            (target / str(index) / path).parent.mkdir(parents=True, exist_ok=True)
            (target / str(index) / path).write_bytes(data)
        sources = [str(target / str(index) / path) for path in group if path.endswith(".c")]
        compiler.host().run([*_FLAGS, f"-I{target / str(index)}", "-o", str(target / f"{index}.so"), *sources])
    return [_Part(network, target / f"{index}.so") for network, index in zip(networks, group_of, strict=True)]


def _agree(group: dict[str, bytes], network: Converted) -> bool:
    shared = network.sources.keys() - {_SYMBOLS}
    return all(group.get(path, network.sources[path]) == network.sources[path] for path in shared)


def _defines(symbols: bytes) -> bytes:
    return b"".join(line for line in symbols.splitlines(keepends=True) if line.startswith(b"#define edgecnn_"))

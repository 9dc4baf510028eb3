"""A converted network: opened once, proved to be what this version makes of its model, and handed on."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .converters.graph_to_c import Generated, generate
from .converters.manifest import Manifest, made_by_another, read_manifest
from .converters.tflite_to_graph import read_tflite
from .errors import DoesNotFitError, InvalidModelError, UsageError
from .graph import Graph
from .program.program import Program
from .support import files
from .support.records import shown
from .targets import TARGETS
from .version import VERSION

_C = (".c", ".h")


@dataclass(frozen=True, eq=False)
class Converted:
    """A network as C, all of it in memory: nothing is compiled but `sources`, whatever comes to lie in the folder."""

    where: str
    """How sentences name it."""
    graph: Graph
    program: Program
    manifest: Manifest
    sources: Mapping[str, bytes]
    """The C files, by their paths in the folder."""
    edited: bool = False
    """Whether some of them are not what this version writes."""

    @classmethod
    def of(
        cls,
        graph: Graph,
        where: str,
        *,
        name: str = "model",
        target: str = "generic",
        optimize: str = "balanced",
        fuse: bool = True,
        stream: int = 0,
    ) -> Converted:
        """What `write_c` would write, without writing it; raises as it does."""
        made = generate(graph, name=name, target=target, optimize=optimize, fuse=fuse, stream=stream)
        return cls(where, graph, made.program, made.manifest, _c_of(made.contents))

    @classmethod
    def open(cls, folder: str | Path, *, trust: bool = False) -> Converted:
        """The network in a folder that `write_c` made.

        C is code, and so the folder must hold, byte by byte, what this version makes of the .tflite file in it. With
        `trust` its C may be any, such as kernels that the user edited or an earlier version wrote, as long as its
        manifest describes the network. Raises InvalidModelError when the folder is none of ours or not proved.
        """
        folder = Path(folder)
        if not folder.exists():
            files.recover(folder.parent)
        manifest = read_manifest(folder)
        if manifest.edgecnn != VERSION and not trust:
            raise made_by_another(folder, "an older" if _numbers(manifest.edgecnn) <= _numbers(VERSION) else "a newer")
        graph = replace(read_tflite(folder / manifest.model.file), classes=manifest.classes)
        made = _made_of(graph, manifest)
        if made is None or made.manifest.borders != manifest.borders or graph.sha256 != manifest.model.sha256:
            raise InvalidModelError(
                f"the manifest of {folder} does not belong to the .tflite file beside it; run `edgecnn convert` again."
            )
        written = _c_of(made.contents)
        try:
            fault = _fault(folder, manifest, made)
            sources = _c_in(folder, made) if fault and trust else written
        except OSError as error:
            raise InvalidModelError(f"{folder} cannot be read: {error.strerror}; see whose it is.") from error
        if fault and not trust:
            raise InvalidModelError(f"{folder}/{fault}")
        return cls(str(folder), graph, made.program, manifest, sources, edited=sources != written)

    def for_target(self, target: str) -> Converted:
        """The same network, optimized in the same way, for another core.

        Raises UsageError when that would lose edits of its C.
        """
        how = self.manifest
        if self.edited:
            raise UsageError(
                f"{self.where} holds C for {how.target} that this edgecnn did not write, and {target} is needed; "
                f"convert the model with --target {target}, and edit that."
            )
        return Converted.of(
            self.graph,
            self.where,
            name=how.name,
            target=target,
            optimize=how.optimize,
            fuse=how.fused,
            stream=how.streamed,
        )

    def for_this_computer(self) -> Converted:
        """Itself, or for any core where this computer cannot compile its own kernels."""
        return self if self.runs_here else self.for_target("generic")

    @property
    def runs_here(self) -> bool:
        """Whether this computer can compile it: its own kernels and plain ones, not those of another core."""
        machines = TARGETS[self.manifest.target].machines
        stages = [stage.step for step in self.program.steps for stage in step.stages]
        calls = [step.call for step in (*self.program.steps, *stages) if step.call]
        return machines is None or platform.machine() in machines or not any(call.folder for call in calls)

    @property
    def sha256(self) -> str:
        """Over the names and contents of all C files."""
        digest = hashlib.sha256()
        for path, data in sorted(self.sources.items()):
            digest.update(path.encode() + b"\0" + data + b"\0")
        return digest.hexdigest()

    def write(self, folder: Path) -> list[Path]:
        """Write the C into a scratch folder; the .c files, in an order that depends on their names alone."""
        for path, data in self.sources.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return [folder / path for path in sorted(self.sources) if path.endswith(".c")]


def opened(network: str | Path | Converted, *, trust: bool = False) -> Converted:
    """What was opened already, or the folder, opened."""
    return network if isinstance(network, Converted) else Converted.open(network, trust=trust)


def _made_of(graph: Graph, manifest: Manifest) -> Generated | None:
    """What this version writes for what the manifest says; None when it could not."""
    how = {"target": manifest.target, "optimize": manifest.optimize}
    try:
        return generate(graph, name=manifest.name, **how, fuse=manifest.fused, stream=manifest.streamed)
    except (UsageError, DoesNotFitError):
        return None


def _fault(folder: Path, manifest: Manifest, made: Generated) -> str | None:
    """In what a folder first differs from what this version makes of its model, with what to do; None: in nothing."""
    again, trust = "run `edgecnn convert` again", "add --trust-folder (in Python: trust=True)"
    if missing := sorted(path for path in made.files if not (folder / path).is_file()):
        return f"{missing[0]} is missing; {again}."
    if added := sorted(_c_files(folder, made) - made.files.keys()):
        return f"{shown(added[0])} is C that edgecnn did not write; if it is yours, {trust}, else move it away."
    differing = [path for path, data in made.files.items() if not _equal(folder / path, data)]
    for path in differing:
        if path in manifest.files and files.hash_of(folder / path) != manifest.files[path]:
            return f"{path} was edited after the conversion; if by you, {trust}, else {again}."
    for path in differing:
        return (
            f"{path} is not what this edgecnn makes of {manifest.model.file}; {again}, or, if you know who wrote that "
            f"code, {trust}."
        )
    return None


def _equal(path: Path, data: bytes) -> bool:
    return path.stat().st_size == len(data) and path.read_bytes() == data


def _c_of(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in contents.items() if path.endswith(_C)}


def _c_in(folder: Path, made: Generated) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in sorted(_c_files(folder, made))}


def _c_files(folder: Path, made: Generated) -> set[str]:
    """The paths of the C in a folder, wherever we put files; elsewhere a user's build may lie."""
    places = {(folder / path).parent for path in made.contents}
    found = (path for place in places for path in place.glob("*") if path.suffix in _C and path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.replace("+", ".").split(".") if number.isdigit()]

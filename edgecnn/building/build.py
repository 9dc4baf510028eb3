"""The firmware of a board: a converted network, the app and the port, compiled and measured."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..board import Board, Text
from ..converted import Converted, opened
from ..converters.facts import Count, Name, Sha256
from ..errors import DoesNotFitError, EdgecnnError, InvalidModelError, UsageError
from ..support import paths
from ..support.files import hash_of, replace_folder
from ..support.progress import say
from ..support.records import record
from ..support.scratch import scratch_folder
from ..targets import TARGETS
from . import app_model, boot2, stack, toolchain, uf2
from .fit import Needs, at_least, check_fit
from .image import image_of, intel_hex, measure

FORMAT = "edgecnn-firmware/3"
MANIFEST = "build.json"
UF2 = "firmware.uf2"  # for the boards that take it
_NETWORK = "network"  # where its C lies while it is compiled


@dataclass(frozen=True)
class Build:
    """A folder with the program, and what was measured in it. A program of an operating system has no figures."""

    folder: Path
    board: Board
    model: Name
    model_sha256: Sha256
    elf_sha256: Sha256
    compiler: Text
    flags: list[Text]
    flash: dict[str, Count]  # bytes by section
    ram: Count | None  # static bytes
    stack: Count | None  # bytes, an upper bound
    stack_unknown: Text = ""  # why there is no bound

    @property
    def elf(self) -> Path:
        return self.folder / self.board.program

    @property
    def needs(self) -> Needs:
        """Bytes of flash and RAM by what needs them."""
        return {"flash": self.flash, "RAM": {"static": self.ram or 0, "stack": self.stack or 0}}

    def to_json(self) -> dict[str, Any]:
        """What build.json says; of the place, nothing."""
        facts = {"format": FORMAT, **asdict(self), "board": self.board.id}
        del facts["folder"]
        return facts


def build(folder: str | Path | Converted, board: Board, output: str | Path, *, trust: bool = False) -> Build:
    """Compile the network in `folder`, made by `write_c`, for `board` into the folder `output`, replaced in one step.

    Of a network for another core than the board's, C for the board's own is compiled, optimized in the same way; only
    C for any core that the user edited stays as it is. `trust` is as in `Converted.open`.

    Raises DoesNotFitError with the numbers (where possible before compiling), UsageError without compiler,
    InvalidModelError when `folder` is none of ours.
    """
    return _build(for_board(opened(folder, trust=trust), board), board, Path(output))


def for_board(network: Converted, board: Board) -> Converted:
    """The network for the core of a board; raises UsageError when C of another core was edited."""
    target, generic = network.manifest.target, TARGETS[network.manifest.target].machines is None
    if target == board.target or (generic and network.edited):
        return network
    if not generic:
        say(f"{network.where} is for {target}; for {board.id}, its model is converted again for {board.target}.")
    return network.for_target(board.target)


def _build(network: Converted, board: Board, output: Path) -> Build:
    manifest = network.manifest
    check_fit(manifest.name, at_least(manifest), board, measured=False)
    with scratch_folder() as work:
        network.write(work / _NETWORK)
        (work / "app_model.h").write_text(app_model.header(network, board.id))
        compiled = _small(board) if manifest.optimize == "size" else board
        sizes = (_build_bare if board.bare else _build_program)(compiled, work)
        elf = (work / board.program).read_bytes()
        both = manifest.model.sha256, hashlib.sha256(elf).hexdigest()
        result = Build(output, board, manifest.name, *both, **sizes)
        check_fit(result.model, result.needs, board, measured=True)
        files = {board.program: elf}
        if board.bare:
            start, image = image_of(work / board.program)
            files |= {"firmware.bin": image, "firmware.hex": intel_hex(start, image)}
            if board.uf2_family:
                files[UF2] = uf2.write(uf2.Firmware(board.uf2_family, start, image))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    facts = {**result.to_json(), "files": hashes}  # what the next build may replace
    files[MANIFEST] = json.dumps(facts, indent=2).encode() + b"\n"
    replace_folder(output, files, marker=MANIFEST)
    result.elf.chmod(0o755)
    return result


def _small(board: Board) -> Board:
    """`board` with a compiler that rather saves bytes of code than instructions."""
    if board.compiler is None:
        return board
    return replace(board, compiler=replace(board.compiler, flags=[*board.compiler.flags, "-Os"]))


def read(folder: Path, board: Board) -> Build:
    """What `build` left in `folder` for `board`; raises InvalidModelError when that is not whole, UsageError when it is
    for another board."""
    try:
        facts = json.loads((folder / MANIFEST).read_bytes())
        form, name, _ = (facts.pop(fact) for fact in ("format", "board", "files"))
        built = record(Build, {**facts, "folder": folder, "board": board}, MANIFEST)
        whole = form == FORMAT and built.elf_sha256 == hash_of(built.elf)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise InvalidModelError(f"{folder} is not what `edgecnn build` of this version left there; build it again.")
    if name != board.id:
        raise UsageError(
            f"the firmware in {folder} is for {name}, not for {board.id}; build it with --board {board.id}."
        )
    return built


def default_folder(folder: Path, board: Board) -> Path:
    """Where the firmware goes when nothing else is asked for: DIR-BOARD, beside the network's folder."""
    return folder.with_name(f"{folder.resolve().name}-{board.id}")


def _rooms(board: Board) -> list[Path]:
    """The folders of app and port."""
    return [paths.firmware() / "app", *(paths.firmware() / "ports" / room for room in board.port)]


def _sources(board: Board, work: Path) -> list[str]:
    """Arguments for the compiler: every C file of network, app and port, and where their headers are."""
    network, rooms = work / _NETWORK, _rooms(board)
    # In an order that does not depend on where this checkout and the folder lie.
    files = sorted(network.rglob("*.c"), key=lambda file: (len(file.parts), file))
    files += [file for room in rooms for file in sorted(room.glob("*.c"))]
    return [*(f"-I{place}" for place in (network, *rooms)), *map(str, files)]


def _build_program(board: Board, work: Path) -> dict[str, Any]:
    """For an operating system: this computer's own, or that of a board with a cross compiler."""
    arguments = [f"-I{work}", *_sources(board, work)]
    name, flags = toolchain.program(board.compiler, arguments, work / board.program)
    unknown: dict[str, Any] = {"flash": {}, "ram": None, "stack": None, "stack_unknown": "not limited by the board"}
    return {"compiler": name, "flags": flags, **unknown}


def _build_bare(board: Board, work: Path) -> dict[str, Any]:
    assert board.compiler
    numbers = {"CLOCK_HZ": board.clock_hz, "BAUD": board.baud, **board.defines}
    defines = [f"-D{name}={value}u" for name, value in numbers.items()]
    elf, script = work / board.program, work / "link.ld"
    script.write_text(linker_script(board))
    try:
        linked = toolchain.link(board.compiler, [*defines, f"-I{work}", *_sources(board, work)], script, elf)
    except EdgecnnError as error:
        if match := re.search(r"region ['`](\w+)':? overflowed by (\d+) bytes", str(error)):
            memory, bytes_over = match[1].replace("FLASH", "flash"), int(match[2])
            raise DoesNotFitError(
                f"the firmware needs {bytes_over:,} bytes more of {memory} than {board.id} has; choose a smaller "
                "network or a larger board."
            ) from error
        raise
    boot2.seal(elf)
    return {"compiler": linked.compiler, "flags": [*linked.flags, *defines], **measure(elf), **_stack(linked)}


def linker_script(board: Board) -> str:
    """The board's memory, what rooms of the port put in front (front.ld), and the link.ld of the first that has one."""
    rooms = _rooms(board)
    front = [script for room in rooms if (script := room / "front.ld").is_file()]
    link = next(script for room in rooms if (script := room / "link.ld").is_file())
    regions = {"FLASH (rx)": board.flash, "RAM (rwx)": board.ram}
    lines = [f"  {name}: ORIGIN = {r.origin:#x}, LENGTH = {r.length:#x}\n" for name, r in regions.items() if r]
    return f"MEMORY {{\n{''.join(lines)}}}\n" + "".join(script.read_text() for script in (*front, link))


def _stack(linked: toolchain.Linked) -> dict[str, Any]:
    try:
        return {"stack": linked.stack()}
    except stack.UnknownStackError as error:
        return {"stack": None, "stack_unknown": str(error)}

"""The firmware of a board: a converted network, the app and the port, compiled and measured."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .. import paths, uf2
from ..board import Board
from ..converters.graph_to_c import write_c
from ..converters.manifest import read_manifest
from ..errors import DoesNotFitError, EdgecnnError, InvalidModelError, UsageError
from ..files import replace_folder
from ..folder import read_folder
from . import app_model, boot2, stack, toolchain
from .fit import Needs, at_least, check_fit
from .image import image_of, intel_hex, measure

FORMAT = "edgecnn-firmware/2"
MANIFEST = "build.json"
UF2 = "firmware.uf2"  # for the boards that take it


@dataclass(frozen=True)
class Build:
    """A folder with the program, and what was measured in it. A program of an operating system has no figures."""

    folder: Path
    board: Board
    model: str
    model_sha256: str
    elf_sha256: str
    compiler: str
    flags: list[str]
    flash: dict[str, int]  # bytes by section
    ram: int | None  # static bytes
    stack: int | None  # bytes, an upper bound
    stack_unknown: str = ""  # why there is no bound

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


def build(folder: str | Path, board: Board, output: str | Path) -> Build:
    """Compile the network in `folder`, made by `write_c`, for `board` into the folder `output`, replaced in one step.

    A folder for any core is written anew for the board's own, optimized in the same way; another target stays.

    Raises DoesNotFitError with the numbers (where possible before compiling), UsageError without compiler,
    InvalidModelError when `folder` is none of ours.
    """
    with tempfile.TemporaryDirectory(prefix="edgecnn-build-") as scratch:
        return _build(_for_core(Path(folder), board.target, Path(scratch) / "network"), board, Path(output))


def _for_core(folder: Path, target: str, other: Path) -> Path:
    """The network of `folder` for a core: the folder itself, or `other`, written for the occasion."""
    manifest = read_manifest(folder)
    if manifest["target"] == target or manifest["target"] != "generic":
        return folder
    how = {
        "target": target,
        "optimize": manifest["optimize"],
        "fuse": manifest["fused"],
        "stream": manifest["streamed"],
    }
    write_c(read_folder(folder), other, name=manifest["name"], **how)
    return other


def _build(folder: Path, board: Board, output: Path) -> Build:
    manifest = read_manifest(folder)
    check_fit(manifest["name"], at_least(manifest), board, measured=False)
    taken = {header.stem for room in _rooms(board) for header in room.glob("*.h")} | {"app_model"}
    if manifest["name"] in taken:
        raise UsageError(
            f"the firmware has a {manifest['name']}.h of its own; convert the network with another --name."
        )
    with tempfile.TemporaryDirectory(prefix="edgecnn-build-") as scratch:
        work = Path(scratch)
        (work / "app_model.h").write_text(app_model.header(folder, board.id))
        compiled = _small(board) if manifest["optimize"] == "size" else board
        sizes = (_build_bare if board.bare else _build_program)(folder, compiled, work)
        elf = (work / board.program).read_bytes()
        model = {"model": manifest["name"], "model_sha256": manifest["model"]["sha256"]}
        result = Build(output, board, **model, elf_sha256=hashlib.sha256(elf).hexdigest(), **sizes)
        check_fit(result.model, result.needs, board, measured=True)
        files = {board.program: elf}
        if board.bare:
            start, image = image_of(work / board.program)
            files |= {"firmware.bin": image, "firmware.hex": intel_hex(start, image)}
            if board.uf2_family:
                files[UF2] = uf2.write(uf2.Firmware(board.uf2_family, start, image))
    facts = {**result.to_json(), "files": [*files, MANIFEST]}  # what the next build may replace
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
        whole = facts.pop("format") == FORMAT and facts["elf_sha256"] == _sha256(folder / board.program)
        name, _ = facts.pop("board"), facts.pop("files")
        built = Build(folder=folder, board=board, **facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise InvalidModelError(f"{folder} is not what `edgecnn build` of this version left there; build it again.")
    if name != board.id:
        raise UsageError(
            f"the firmware in {folder} is for {name}, not for {board.id}; build it with --board {board.id}."
        )
    return built


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def default_folder(folder: Path, board: Board) -> Path:
    """Where the firmware goes when nothing else is asked for: DIR-BOARD, beside the network's folder."""
    return folder.with_name(f"{folder.resolve().name}-{board.id}")


def _rooms(board: Board) -> list[Path]:
    """The folders of app and port."""
    return [paths.firmware() / "app", *(paths.firmware() / "ports" / room for room in board.port)]


def _sources(folder: Path, board: Board) -> list[str]:
    """Arguments for the compiler: every C file of network, app and port, and where their headers are."""
    rooms = _rooms(board)
    # In an order that does not depend on where this checkout and the folder lie.
    files = [file for place in (folder, folder / "runtime", *rooms) for file in sorted(place.glob("*.c"))]
    return [*(f"-I{place}" for place in (folder, *rooms)), *map(str, files)]


def _build_program(folder: Path, board: Board, work: Path) -> dict[str, Any]:
    """For an operating system: this computer's own, or that of a board with a cross compiler."""
    arguments = [f"-I{work}", *_sources(folder, board)]
    name, flags = toolchain.program(board.compiler, arguments, work / board.program)
    unknown: dict[str, Any] = {"flash": {}, "ram": None, "stack": None, "stack_unknown": "not limited by the board"}
    return {"compiler": name, "flags": flags, **unknown}


def _build_bare(folder: Path, board: Board, work: Path) -> dict[str, Any]:
    assert board.compiler
    numbers = {"CLOCK_HZ": board.clock_hz, "BAUD": board.baud, **board.defines}
    defines = [f"-D{name}={value}u" for name, value in numbers.items()]
    elf, script = work / board.program, work / "link.ld"
    script.write_text(linker_script(board))
    try:
        linked = toolchain.link(board.compiler, [*defines, f"-I{work}", *_sources(folder, board)], script, elf)
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

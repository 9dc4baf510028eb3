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
from . import app_model, boot2, compiler, stack, toolchain

FORMAT = "edgecnn-firmware/2"
MANIFEST = "build.json"
UF2 = "firmware.uf2"  # for the boards that take it

# What app and port need at least, beside the network: the least of all boards (tests/building/test_build.py).
APP_FLASH, APP_RAM, STACK = 3500, 300, 200


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
    check_fit(manifest, board)
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
        check_fit(manifest, board, result)
        files = {board.program: elf}
        if board.bare:
            start, image = _image(work / board.program)
            files |= {"firmware.bin": image, "firmware.hex": _intel_hex(start, image)}
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


def needed(manifest: dict[str, Any], built: Build | None = None) -> dict[str, dict[str, int]]:
    """Bytes of flash and RAM by what needs them: as measured, or at least that many before anything is built."""
    if built:
        return {"flash": built.flash, "RAM": {"static": built.ram or 0, "stack": built.stack or 0}}
    flash, arena = manifest["flash_estimate"], manifest["arena"]["bytes"]
    return {
        "flash": {"constants": flash["constants"], "kernels": sum(flash["kernels"].values()), "app": APP_FLASH},
        "RAM": {"arena": arena, "app": APP_RAM, "stack": STACK},
    }


def check_fit(manifest: dict[str, Any], board: Board, built: Build | None = None) -> None:
    """Raise DoesNotFitError with the numbers when flash or RAM of `board` is too small."""
    there = {"flash": board.flash, "RAM": board.ram}
    for memory, parts in needed(manifest, built).items():
        region, total = there[memory], sum(parts.values())
        if region and total > region.length:
            least = "" if built else "at least "
            detail = ", ".join(f"{part} {size:,}" for part, size in parts.items())
            raise DoesNotFitError(
                f"{manifest['name']} needs {least}{total:,} bytes of {memory} ({detail}), "
                f"but {board.id} has {region.length:,}; choose a smaller network or a larger board."
            )


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
    cc = toolchain.zig() if board.compiler else compiler.host()
    flags = [*toolchain.OPTIMIZED, *(toolchain.core(board.compiler) if board.compiler else ())]
    cc.run([*flags, f"-I{work}", *_sources(folder, board), "-o", str(work / board.program)])
    unknown: dict[str, Any] = {"flash": {}, "ram": None, "stack": None, "stack_unknown": "not limited by the board"}
    return {"compiler": f"ziglang, {cc.version}" if board.compiler else cc.version, "flags": flags, **unknown}


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
    return {"compiler": linked.compiler, "flags": [*linked.flags, *defines], **_measure(elf), **_stack(linked)}


def linker_script(board: Board) -> str:
    """The board's memory, what rooms of the port put in front (front.ld), and the link.ld of the first that has one."""
    rooms = _rooms(board)
    front = [script for room in rooms if (script := room / "front.ld").is_file()]
    link = next(script for room in rooms if (script := room / "link.ld").is_file())
    regions = {"FLASH (rx)": board.flash, "RAM (rwx)": board.ram}
    lines = [f"  {name}: ORIGIN = {r.origin:#x}, LENGTH = {r.length:#x}\n" for name, r in regions.items() if r]
    return f"MEMORY {{\n{''.join(lines)}}}\n" + "".join(script.read_text() for script in (*front, link))


def _measure(elf: Path) -> dict[str, Any]:
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as file:
        sizes = {
            section.name: section["sh_size"] for section in ELFFile(file).iter_sections() if section["sh_flags"] & 2
        }
    flash = {name.removeprefix("."): size for name, size in sizes.items() if name != ".bss" and size}
    return {"flash": flash, "ram": sizes.get(".data", 0) + sizes.get(".bss", 0)}


def _stack(linked: toolchain.Linked) -> dict[str, Any]:
    try:
        return {"stack": linked.stack()}
    except stack.UnknownStackError as error:
        return {"stack": None, "stack_unknown": str(error)}


def _image(elf: Path) -> tuple[int, bytes]:
    """The address of the program in flash, and its bytes."""
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as file:
        segments = [s for s in ELFFile(file).iter_segments() if s["p_type"] == "PT_LOAD" and s["p_filesz"]]
        pieces = sorted((segment["p_paddr"], segment.data()) for segment in segments)
    start, image = pieces[0][0], bytearray()
    for address, data in pieces:
        image += bytes(address - start - len(image)) + data
    return start, bytes(image)


def _intel_hex(start: int, image: bytes) -> bytes:
    """Records of 16 bytes, which never cross 64 KB because flash starts at a multiple of 16."""
    lines, upper = [], -1
    for at in range(0, len(image), 16):
        address = start + at
        if address >> 16 != upper:
            upper = address >> 16
            lines.append(_record(4, 0, upper.to_bytes(2, "big")))
        lines.append(_record(0, address & 0xFFFF, image[at : at + 16]))
    return "".join([*lines, _record(1, 0, b"")]).encode()


def _record(kind: int, address: int, data: bytes) -> str:
    record = bytes([len(data), *address.to_bytes(2, "big"), kind, *data])
    return f":{(record + bytes([-sum(record) & 255])).hex().upper()}\n"

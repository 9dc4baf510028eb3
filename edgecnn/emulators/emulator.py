"""Boards without hardware: a program that stands in for the board, reached as a serial port."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO

from ..board import Board, Emulator
from ..errors import TransferError, UsageError
from ..support import dependencies, node
from . import simavr
from .host_board import host_board
from .tether import tethered


@contextmanager
def emulate(board: Board, elf: str | Path) -> Iterator[str]:
    """Run `elf` on what stands in for `board`; yields its serial port as pyserial's URL. Nothing runs on afterwards,
    nor after the end of this process, or of the thread that entered.

    Raises UsageError when there is no such emulator or it is not installed.
    """
    if board.emulator is None or board.emulator.kind not in _KINDS:
        raise UsageError(f"{board.id} has no emulator; leave out --emulate and attach the board.")
    with _KINDS[board.emulator.kind](board.emulator, Path(elf)) as url:
        yield url


@contextmanager
def empty(board: Board) -> Iterator[tuple[str, str, str]]:
    """What stands in for `board` before it was ever flashed; yields which kind of tool can flash it, at which place,
    and its serial port as pyserial's URL.

    Raises UsageError when there is no such emulator or it is not installed.
    """
    if board.emulator is None or board.emulator.kind not in _EMPTY:
        raise UsageError(
            f"the emulator of {board.id} starts with the firmware in it, so there is nothing to flash; "
            "use --emulate with `run`, `eval` or `profile`."
        )
    with _EMPTY[board.emulator.kind](board.emulator) as found:
        yield found


@contextmanager
def _halted_qemu(emulator: Emulator) -> Iterator[tuple[str, str, str]]:
    """Nothing in its memory; a gdb server listens."""
    with machine(emulator, ["-S"], "-gdb", "-serial") as (gdb, serial):
        yield "gdb", f"127.0.0.1:{gdb}", f"socket://127.0.0.1:{serial}"


@contextmanager
def _qemu(emulator: Emulator, elf: Path) -> Iterator[str]:
    with machine(emulator, ["-kernel", str(elf)], "-serial") as (serial,):
        yield f"socket://127.0.0.1:{serial}"


@contextmanager
def machine(emulator: Emulator, options: list[str], *lines: str) -> Iterator[list[int]]:
    """QEMU with `options`, and for each of `lines` (-serial, -gdb) a TCP port of this computer, which it yields."""
    program = dependencies.path(emulator.program)
    command = [program, "-machine", emulator.machine, *emulator.options, "-display", "none", "-monitor", "none"]
    with ExitStack() as stack:
        # QEMU gets sockets that listen already: no other program can take the ports, and whoever connects is served.
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1)) for _ in lines]
        for line, server in zip(lines, servers, strict=True):
            # nodelay: an answer leaves byte by byte, and would wait 40 ms for our acknowledgement of its first.
            character_device = f"socket,id=line{line},server=on,wait=off,nodelay=on,fd={server.fileno()}"
            command += ["-chardev", character_device, line, f"chardev:line{line}"]
        stack.enter_context(_running([*command, *options], pass_fds=tuple(server.fileno() for server in servers)))
        yield [server.getsockname()[1] for server in servers]


@contextmanager
def _node(emulator: Emulator, script: str, *arguments: str) -> Iterator[str]:
    """A program of ours for Node.js, which as QEMU gets a socket that listens already."""
    command = [dependencies.path(emulator.program), str(node.PROGRAMS / script)]
    with socket.create_server(("127.0.0.1", 0), backlog=1) as server:
        descriptor, port = server.fileno(), server.getsockname()[1]
        with _running([*command, str(descriptor), *arguments, *emulator.options], pass_fds=(descriptor,)):
            yield f"socket://127.0.0.1:{port}"


def _rp2040js(emulator: Emulator, elf: Path) -> AbstractContextManager[str]:
    """Boots the UF2 file that lies beside the ELF: what is flashed on a real board."""
    return _node(emulator, "rp2040.mjs", dependencies.path("rp2040js"), str(elf.with_suffix(".uf2")))


@contextmanager
def _simavr(emulator: Emulator, elf: Path) -> Iterator[str]:
    command = _simavr_command(emulator, [], [str(elf.with_suffix(".hex"))])
    # Whoever opens the terminal's other end does not reset the board, because here it is open all the time.
    with _terminal() as (board_end, port), open(port), _running(command, line=board_end):
        yield port


@contextmanager
def _simavr_with_bootloader(emulator: Emulator) -> Iterator[tuple[str, str, str]]:
    command = _simavr_command(emulator, ["-b", str(simavr.bootloader(emulator.bootloader))], [])
    with _terminal() as (board_end, port), _running(command, line=board_end):
        yield "avrdude", port, port


def _simavr_command(emulator: Emulator, options: list[str], image: list[str]) -> list[str]:
    return [str(simavr.program()), *emulator.options, *options, emulator.machine, *image]


@contextmanager
def _terminal() -> Iterator[tuple[int, str]]:
    """A pseudo terminal: the board's end, and the name of the other, which nobody has opened."""
    board_end, our_end = os.openpty()
    port = os.ttyname(our_end)
    os.close(our_end)
    try:
        yield board_end, port
    finally:
        os.close(board_end)


_KINDS: dict[str, Callable[[Emulator, Path], AbstractContextManager[str]]] = {
    "qemu": _qemu,
    "qemu-user": lambda emulator, elf: host_board(dependencies.path(emulator.program), *emulator.options, elf),
    "rp2040js": _rp2040js,
    "simavr": _simavr,
    "node": lambda emulator, wasm: _node(emulator, "wasm.mjs", str(wasm)),
    "process": lambda _, elf: host_board(elf),
}
_EMPTY: dict[str, Callable[[Emulator], AbstractContextManager[tuple[str, str, str]]]] = {
    "qemu": _halted_qemu,
    "simavr": _simavr_with_bootloader,
}


@contextmanager
def _running(command: list[str], pass_fds: tuple[int, ...] = (), line: int = subprocess.DEVNULL) -> Iterator[None]:
    """The process `command` while the block runs; if it ended by itself meanwhile, that is the error.

    It reads and writes the terminal `line`, if there is one.
    """
    nothing = subprocess.DEVNULL
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(tethered(command), stdin=line, stdout=nothing, stderr=complaints, pass_fds=pass_fds)
        try:
            yield
        except Exception as error:
            if process.poll() is not None:
                raise TransferError(f"{command[0]} ended by itself: {_last_line(complaints)}") from error
            raise
        finally:
            process.kill()
            process.wait()


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "without a word."

"""A Raspberry Pi: the firmware is a program in the user's home there, copied through ssh and checked by its SHA-256."""

from __future__ import annotations

from ..board import Board
from ..device import ssh
from ..errors import NoBoardError
from .tool import Job, Tool, program, run

_NEW = f"{ssh.PROGRAM}.new"


def _find(board: Board, port: str | None) -> str:
    if port is None or not port.startswith(ssh.SCHEME):
        raise NoBoardError(f"nothing says where {board.name} is; name it with --to USER@HOST.")
    return port.removeprefix(ssh.SCHEME)


def _write(job: Job) -> bool:
    # What is cut short never takes the old program's place.
    check = f"echo '{job.built.elf_sha256}  {_NEW}' | sha256sum -c - && chmod 755 {_NEW} && mv {_NEW} {ssh.PROGRAM}"
    run(job, ssh.command(job.place, f"cat >{_NEW} && {check}"), stdin=job.built.elf)
    return True


def _holds(job: Job) -> bool:
    return ssh.program_sha256(job.place) == job.built.elf_sha256


TOOL = Tool(
    find=_find,
    write=_write,
    needs=lambda: program("ssh"),
    port=lambda place: ssh.SCHEME + place.removeprefix(ssh.SCHEME),
    holds=_holds,
    may_ask=lambda job: False,  # the running program knows its model, but not its own bytes
)

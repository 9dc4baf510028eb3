"""Instructions of a Linux program layer by layer: QEMU's log of a run in which every instruction is a block."""

from __future__ import annotations

import os
import threading
from contextlib import closing

from ..building.app_model import SEEDS
from ..building.build import Build
from ..device.device import Device
from ..errors import EdgecnnError
from ..support import dependencies
from .host_board import host_board

_LOG = ("-d", "exec,nochain,strace")  # a line for each block that is executed, and for each call of the kernel
_ONE = {"QEMU_SINGLESTEP": "1", "QEMU_ONE_INSN_PER_TB": "1"}  # a block is one instruction: QEMU before 8.1, and since
_PATIENCE = 600.0  # seconds: the log makes QEMU about 500 times slower


def layers(built: Build) -> list[int]:
    """What each layer executes of `built`, whose board has QEMU's user mode for an emulator: every time the same.

    Counted from where the firmware has asked for the time to where it asks again, which takes some 50 instructions.
    Raises UsageError when QEMU is not installed, EdgecnnError when its log says too little, and the errors of Device.
    """
    emulator = built.board.emulator
    assert emulator
    log, end = os.pipe()
    asked: list[int] = []
    reader = threading.Thread(target=_count, args=(log, asked))
    reader.start()
    try:
        command = [dependencies.path(emulator.program), *emulator.options, *_LOG, "-D", f"/dev/fd/{end}"]
        board = host_board(*command, built.elf, environment=_ONE, pass_fds=(end,))
        with board as port, closing(Device(port, patience=_PATIENCE, timeout=_PATIENCE)) as device:
            device.time()
            info = device.info
    finally:
        os.close(end)
        reader.join()
    last = 2 * (info.rows + info.layers)  # before and after each row of a streamed input, then each layer
    if len(asked) < 2 * len(SEEDS) + last:  # the self-test asked before and after each of its vectors
        raise EdgecnnError(f"{command[0]} does not log when a program asks for the time; use Debian's qemu-user 7.2.")
    times = asked[len(asked) - last :]
    spent = [after - before for before, after in zip(times[::2], times[1::2], strict=True)]
    streamed, counts = sum(spent[: info.rows]), spent[info.rows :]
    return [streamed + counts[0], *counts[1:]] if counts else []


def _count(log: int, asked: list[int]) -> None:
    """Read `log` to its end; `asked` gets how much was executed before each time that the program asked for."""
    executed = 0
    with os.fdopen(log, "rb") as lines:
        for line in lines:
            if line.startswith(b"Trace"):
                executed += 1
            elif b" clock_gettime" in line:
                asked.append(executed)

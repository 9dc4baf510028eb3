"""The firmware's app on the host port."""

from pathlib import Path

import numpy as np
import serial

from edgecnn.building import compiler
from edgecnn.device.protocol import Command, Frame, Receiver, encode
from edgecnn.support import paths

SANITIZED = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def built(folder: Path, program: Path, model: str, *flags: str) -> Path:
    """The firmware of `folder` for this computer; `model` is the text of its app_model.h."""
    firmware = paths.runtime().parent
    program.parent.mkdir()
    (program.parent / "app_model.h").write_text(model)
    sources = [*firmware.glob("app/*.c"), *firmware.glob("ports/host/*.c"), *folder.rglob("*.c")]
    includes = [f"-I{path}" for path in (program.parent, folder, firmware / "app")]
    compiler.host().run([*compiler.STRICT, *flags, *includes, *map(str, sorted(sources)), "-o", str(program)])
    return program


def recorded_hello(port: str) -> bytes:
    """The body of a HELLO."""
    with serial.Serial(port, timeout=0.2) as line:
        line.write(encode(Frame(Command.HELLO, 1)))
        return Receiver().feed(line.read(4096))[0].body


X = np.random.default_rng(5).integers(-128, 128, (100, 32, 32, 1)).astype(np.int8)


X[50:] = np.where(X[50:] > 100, X[50:], -128)  # half of them as sparse as writing

"""One reference interpreter as an object: give it a model and inputs, get the value of every layer."""

import contextlib
import importlib.metadata
import importlib.util
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgecnnError, UsageError
from ..fixed_point import dequantize
from .expose import expose


@dataclass(frozen=True)
class _Kind:
    package: str  # what is imported
    distribution: str  # what is installed
    exact: bool  # whether it decides
    role: str  # one line for reports


# Each name is also the module beside this one that loads the interpreter, in the worker process only.
_KINDS = {
    "tflite_runtime": _Kind("tflite_runtime", "tflite-runtime", True, "the bit-exact reference"),
    "tflite_micro": _Kind("tflite_micro", "tflite-micro", True, "the bit-exact reference on microcontrollers"),
    "litert": _Kind("ai_edge_litert", "ai-edge-litert", False, "not the bit-exact reference: rounds differently"),
}


def available() -> "list[Oracle]":
    """The oracles that are installed, those that decide first; none of their processes is started yet."""
    return [Oracle(name) for name, kind in _KINDS.items() if _installed(kind)]


def _installed(kind: _Kind) -> bool:
    return importlib.util.find_spec(kind.package) is not None


def _real(x: NDArray[Any], quantization: tuple[float, int] | None) -> NDArray[Any]:
    return x if quantization is None or x.dtype == np.float32 else dequantize(x, *quantization)


def _end(code: int) -> str:
    return f"ended with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"


class Oracle:
    """A reference interpreter in a process of its own, which starts at the first use and ends with the `with` block.

    A process each, because tensorflow and tflite_runtime cannot be loaded together, and because an interpreter that
    crashes on a model must not take the caller along.
    """

    def __init__(self, name: str) -> None:
        """Take one of "tflite_runtime", "tflite_micro", "litert"; raises UsageError when it is not installed."""
        kind = _KINDS[name]
        if not _installed(kind):
            raise UsageError(f"{name} is not installed; pip install 'edgecnn[oracle]' where it has a wheel.")
        self.name = name
        self.exact = kind.exact
        self.role = kind.role
        try:
            self.version = importlib.metadata.version(kind.distribution)
        except importlib.metadata.PackageNotFoundError:
            self.version = "unknown"
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._stop()
        self._log.close()

    def evaluate(self, model: bytes, x: NDArray[Any] | Mapping[int, NDArray[Any]]) -> dict[int, NDArray[Any]]:
        """Return, by tensor index, the inputs and every op's output for the inputs `x` (N, *shape without batch).

        Several inputs are given by their tensors' indices. Each array of the answer has the shape (N, *shape of the
        tensor). A float32 input with a QUANTIZE after it may be given codes, and gets their real values, which become
        the codes again. A network with variables begins anew with each call. Raises EdgecnnError when the model cannot
        be run.
        """
        exposed = expose(model)
        (first, *more) = exposed.inputs
        arrays = x if isinstance(x, Mapping) else {first.tensor: x}
        if arrays.keys() != {given.tensor for given in exposed.inputs}:
            raise UsageError(
                f"{self.name} was given {len(arrays)} inputs of {1 + len(more)}; give it each by its tensor."
            )
        if not all(len(array) for array in arrays.values()):
            raise UsageError(f"{self.name} was given no input; give it at least one.")
        given = [_real(arrays[into.tensor], into.quantization) for into in exposed.inputs]
        answer = self._ask(exposed.model, given, exposed.remembers)
        if isinstance(answer, str):
            raise self._failure(answer)
        values = dict(zip(exposed.outputs, answer, strict=True))
        return {into.tensor: array[:, np.newaxis] for into, array in zip(exposed.inputs, given, strict=True)} | values

    def _ask(self, model: bytes, x: list[NDArray[Any]], remembers: bool) -> list[NDArray[Any]] | str:
        if self._process is None:
            self._process = self._start()
        self._log.seek(0)
        self._log.truncate()
        assert self._process.stdin
        assert self._process.stdout
        answered = False
        try:
            pickle.dump((model, x, remembers), self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
            answer: list[NDArray[Any]] | str = pickle.load(self._process.stdout)
            answered = True
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._failure(f"its process {_end(self._process.wait())}") from error
        finally:
            if not answered:  # after an interruption too, the next question needs a fresh process
                self._stop()
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        # The worker finds what this process finds, wherever it was started (-P: and nothing else).
        path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
        return subprocess.Popen(
            [sys.executable, "-P", "-m", f"{__package__}.worker", self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONPATH": path},
        )

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        with contextlib.suppress(OSError):  # a broken pipe, where a request was not read to its end
            self._process.communicate()
        self._process = None

    def _failure(self, reason: str) -> EdgecnnError:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").splitlines()
        said = [" ".join(text.split()) for text in [reason, *lines[-2:]] if text.strip()]
        return EdgecnnError(
            f"{self.name} {self.version} cannot run this model ({'; '.join(said)}); "
            "check that the file is whole and that its ops are int8."
        )

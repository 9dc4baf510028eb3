"""The generated C as a function on this computer: compiled once, cached, loaded as a shared library."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import paths
from .building import compiler
from .converters.manifest import read_manifest
from .errors import InvalidModelError, UsageError
from .files import atomic_path

FLAGS = (*compiler.STRICT, "-O3", "-fPIC", "-shared")
_ALIGNMENT = 64  # of a network's memory: what any kernel's arena asks for

# Compiled with the network: what the compiler made of it, to be compared with what the manifest says.
_SIZES = """#include "NAME.h"
const int64_t edgecnn_sizes[] = {sizeof(NAME_memory), NAME_INPUT_SIZE, NAME_OUTPUT_SIZE, NAME_LAYERS, ROWS};
"""


class HostModel:
    """The network in a folder that `write_c` made, run by its own C code; threads may share it.

    Raises InvalidModelError when the folder is not one of ours, UsageError without a compiler. `flags` replaces the
    compiler's flags.
    """

    def __init__(self, folder: str | Path, *, flags: tuple[str, ...] = FLAGS):
        self.folder = Path(folder)
        self.manifest: dict[str, Any] = read_manifest(folder)
        self.compiler = compiler.host()
        self.flags = flags
        try:
            self.name: str = self.manifest["name"]
            self.input_shape = tuple(self.manifest["input"]["shape"][1:])
            self.output_shape = tuple(self.manifest["output"]["shape"][1:])
            self._streamed = bool(self.manifest["streamed"])
            self._layers = [layer["output"] for layer in self.manifest["layers"]]
            self._library = ctypes.CDLL(str(self._build()))
            self._memory_size = self._checked_sizes()
        except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            raise InvalidModelError(f"{folder} is damaged: {error}; run `edgecnn convert` again.") from error

    def invoke(self, x: ArrayLike) -> NDArray[np.int8]:
        """Output codes (N, *output shape) of input codes `x` (N, *input shape), int8, without the batch of 1."""
        codes = self._checked(x)
        memory = self._memory()
        give, run = self._giver(memory), self._function("invoke", None)
        output = self._view(self._function("output", ctypes.c_void_p)(memory), self.output_shape)
        out = np.empty((len(codes), output.size), np.int8)
        for image, result in zip(codes, out, strict=True):
            give(image)
            run(memory)
            result[:] = output
        return out.reshape(len(codes), *self.output_shape)

    def trace(self, x: ArrayLike) -> dict[int, NDArray[np.int8]]:
        """The output codes (N, size) of every layer, by the index of its tensor in the TFLite file."""
        codes = self._checked(x)
        memory = self._memory()
        give, run = self._giver(memory), self._function("invoke_layer", None, ctypes.c_int)
        where = self._function("layer_output", ctypes.c_void_p, ctypes.c_int)
        views = [self._view(where(memory, index), layer["shape"]) for index, layer in enumerate(self._layers)]
        out = {
            layer["tensor"]: np.empty((len(codes), view.size), np.int8)
            for layer, view in zip(self._layers, views, strict=True)
        }
        for i, image in enumerate(codes):
            give(image)
            for index, (rows, view) in enumerate(zip(out.values(), views, strict=True)):
                run(memory, index)
                rows[i] = view
        return out

    @cached_property
    def sha256(self) -> str:
        """Over the names and contents of all C files of the folder."""
        digest = hashlib.sha256()
        for path in self._sources():
            digest.update(str(path.relative_to(self.folder)).encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _sources(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.suffix in (".c", ".h"))

    def _checked(self, x: ArrayLike) -> NDArray[np.int8]:
        codes = np.asarray(x)
        if codes.dtype != np.int8 or codes.shape[1:] != self.input_shape or codes.ndim == 0:
            raise UsageError(
                f"{self.name} takes int8 codes of shape (N, {', '.join(map(str, self.input_shape))}), "
                f"but got {codes.dtype} {codes.shape}."
            )
        return codes.reshape(len(codes), int(np.prod(self.input_shape)))

    def _memory(self) -> ctypes.c_void_p:
        """Memory for one inference at a time: each call of ours has its own, and so may run in any thread."""
        buffer = ctypes.create_string_buffer(self._memory_size + _ALIGNMENT)
        memory = ctypes.c_void_p(-(-ctypes.addressof(buffer) // _ALIGNMENT) * _ALIGNMENT)
        memory.buffer = buffer  # type: ignore[attr-defined]  # lives as long
        return memory

    def _giver(self, memory: ctypes.c_void_p) -> Callable[[NDArray[np.int8]], None]:
        return self._by_rows(memory) if self._streamed else self._whole(memory)

    def _whole(self, memory: ctypes.c_void_p) -> Callable[[NDArray[np.int8]], None]:
        """Writes all codes of an input."""
        view = self._view(self._function("input", ctypes.c_void_p)(memory), self.input_shape)

        def give(codes: NDArray[np.int8]) -> None:
            view[:] = codes

        return give

    def _by_rows(self, memory: ctypes.c_void_p) -> Callable[[NDArray[np.int8]], None]:
        """Hands over an input row by row."""
        begin, push = (self._function(name, None) for name in ("begin", "push_row"))
        row = self._function("row", ctypes.c_void_p)

        def give(codes: NDArray[np.int8]) -> None:
            begin(memory)
            for part in np.ascontiguousarray(codes).reshape(self.input_shape[0], -1):
                ctypes.memmove(row(memory), part.tobytes(), part.size)
                push(memory)

        return give

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        """A function of the C API that works in memory of ours; an object of its own each time."""
        kind = ctypes.CFUNCTYPE(result, ctypes.c_void_p, *arguments)
        return kind((f"{self.name}_{name}_in", self._library))

    def _checked_sizes(self) -> int:
        """Bytes of a network's memory; raises ValueError unless the manifest says what the compiler made."""
        size = self._library[f"{self.name}_layer_output_size"]
        size.restype, size.argtypes = ctypes.c_int32, (ctypes.c_int,)
        memory, into, out, layers, rows = (ctypes.c_int64 * 5).in_dll(self._library, "edgecnn_sizes")
        made = [into, out, layers, *(size(layer) for layer in range(layers))]
        shapes = [self.input_shape, self.output_shape, *(layer["shape"] for layer in self._layers)]
        said = [int(np.prod(shape)) for shape in shapes]
        if made != [*said[:2], len(self._layers), *said[2:]] or (self._streamed and rows != self.input_shape[0]):
            raise ValueError("its manifest does not describe its C")
        return int(memory)

    @staticmethod
    def _view(address: int, shape: Any) -> NDArray[np.int8]:
        return np.ctypeslib.as_array((ctypes.c_int8 * int(np.prod(shape))).from_address(address))

    def _build(self) -> Path:
        """The shared library, compiled unless the cache has it for these sources, compiler and flags."""
        sizes = _SIZES.replace("NAME", self.name).replace("ROWS", f"{self.name}_INPUT_ROWS" if self._streamed else "0")
        key = "\0".join((self.sha256, sizes, *self.compiler.command, self.compiler.version, *self.flags))
        library = paths.cache() / "host" / hashlib.sha256(key.encode()).hexdigest() / f"{self.name}.so"
        if not library.is_file():
            with atomic_path(library) as target:
                shim = target.with_suffix(".sizes.c")
                shim.write_text(sizes)
                files = [str(path) for path in (*self._sources(), shim) if path.suffix == ".c"]
                self.compiler.run([*self.flags, f"-I{self.folder}", "-o", str(target), *files])
        return library

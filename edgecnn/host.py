"""The generated C as a function on this computer: compiled once, cached, loaded as a shared library."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .building import compiler
from .converted import Converted, opened
from .converters.manifest import Manifest
from .door import Codes, Given, give, take
from .errors import InvalidModelError
from .support import paths
from .support.files import atomic_path
from .tensor import Tensor

FLAGS = (*compiler.STRICT, "-O3", "-fPIC", "-shared")
_ALIGNMENT = 64  # of a network's memory: what any kernel's arena asks for

# Compiled with the network: what the compiler made of it, to be compared with what the manifest says.
_SIZES = """#include "NAME.h"
const int64_t NAME_sizes_for_host[] = {MACROS};
"""


class HostModel:
    """The network in a folder that `write_c` made, run by its own C code; threads may share it.

    Raises InvalidModelError when the folder is not one of ours, UsageError without a compiler. Its C must be what this
    version makes of its model, unless `trust` says that any may run. Of a network for another core, whose kernels this
    computer cannot compile, the generic C is run. `flags` replaces the compiler's flags.
    """

    def __init__(self, folder: str | Path | Converted, *, flags: tuple[str, ...] = FLAGS, trust: bool = False):
        self.converted = opened(folder, trust=trust).for_this_computer()
        self.manifest = self.converted.manifest
        self.name = self.manifest.name
        self.inputs, self.outputs = self.converted.graph.inputs, self.converted.graph.outputs
        self.compiler = compiler.host()
        self.flags = flags
        try:
            self._library = ctypes.CDLL(str(self._build()))
            self._memory_size = self._checked_sizes()
        except (AttributeError, OSError, ValueError) as error:
            raise InvalidModelError(
                f"{self.converted.where} is damaged: {error}; run `edgecnn convert` again."
            ) from error

    def evaluate(self, x: Given) -> Any:
        """Output codes (N, *shape) of input codes `x` (N, *shape): an array, or arrays by name; see Graph.evaluate."""
        return give(self.outputs, self._run(take(self.inputs, x, codes=True)))

    def invoke(self, x: Given) -> Any:
        """As `evaluate`, in the types of the model file: where it has float32, real values in and out."""
        outputs = self._run(take(self.inputs, x, codes=False))
        return give(self.outputs, [door.from_codes(codes) for door, codes in zip(self.outputs, outputs, strict=True)])

    def trace(self, x: Given) -> dict[int, NDArray[Any]]:
        """The output codes (N, size) of every layer, by the index of its tensor, for input codes as in `evaluate`.

        They come in the order of the layers' numbers: the first is what layer 0 of the C writes.
        """
        given = take(self.inputs, x, codes=True)
        memory = self._memory()
        put, run = self._giver(memory), self._function("invoke_layer", None, ctypes.c_int)
        where = self._function("layer_output", ctypes.c_void_p, ctypes.c_int)
        outputs = [step.output for step in self.converted.program.layers]
        views = [_view(where(memory, index), tensor) for index, tensor in enumerate(outputs)]
        out = {
            tensor.index: np.empty((len(given[0]), view.size), view.dtype)
            for tensor, view in zip(outputs, views, strict=True)
        }
        for i in range(len(given[0])):
            put([codes[i] for codes in given])
            for index, (rows, view) in enumerate(zip(out.values(), views, strict=True)):
                run(memory, index)
                rows[i] = view
        return out

    def _run(self, given: Sequence[Codes]) -> list[Codes]:
        memory = self._memory()
        put, run = self._giver(memory), self._function("invoke", None)
        names = _names("output", len(self.outputs))
        places = [self._function(name, ctypes.c_void_p)(memory) for name in names]
        views = [_view(place, door.tensor) for place, door in zip(places, self.outputs, strict=True)]
        out = [np.empty((len(given[0]), view.size), view.dtype) for view in views]
        for i in range(len(given[0])):
            put([codes[i] for codes in given])
            run(memory)
            for rows, view in zip(out, views, strict=True):
                rows[i] = view
        return [rows.reshape(len(rows), *door.shape) for rows, door in zip(out, self.outputs, strict=True)]

    @cached_property
    def sha256(self) -> str:
        """Over the names and contents of all C files of the folder."""
        return self.converted.sha256

    def _memory(self) -> ctypes.c_void_p:
        """Memory for one inference at a time: each call of ours has its own, and so may run in any thread."""
        buffer = ctypes.create_string_buffer(self._memory_size + _ALIGNMENT)
        memory = ctypes.c_void_p(-(-ctypes.addressof(buffer) // _ALIGNMENT) * _ALIGNMENT)
        memory.buffer = buffer  # type: ignore[attr-defined]  # lives as long
        return memory

    def _giver(self, memory: ctypes.c_void_p) -> Callable[[Sequence[Codes]], None]:
        """What hands over the codes for each input, in `memory`, where a new sequence begins."""
        if self.converted.graph.states:
            self._function("reset", None)(memory)
        return self._by_rows(memory) if self.manifest.streamed else self._whole(memory)

    def _whole(self, memory: ctypes.c_void_p) -> Callable[[Sequence[Codes]], None]:
        names = _names("input", len(self.inputs))
        places = [self._function(name, ctypes.c_void_p)(memory) for name in names]
        views = [_view(place, door.tensor) for place, door in zip(places, self.inputs, strict=True)]

        def put(given: Sequence[Codes]) -> None:
            for view, codes in zip(views, given, strict=True):
                view[:] = codes.ravel()

        return put

    def _by_rows(self, memory: ctypes.c_void_p) -> Callable[[Sequence[Codes]], None]:
        begin, push = (self._function(name, None) for name in ("begin", "push_row"))
        row = self._function("row", ctypes.c_void_p)

        def put(given: Sequence[Codes]) -> None:
            begin(memory)
            (codes,) = given
            for part in np.ascontiguousarray(codes).reshape(len(codes), -1):
                ctypes.memmove(row(memory), part.tobytes(), part.nbytes)
                push(memory)

        return put

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        """A function of the C API that works in memory of ours; an object of its own each time."""
        kind = ctypes.CFUNCTYPE(result, ctypes.c_void_p, *arguments)
        return kind((f"{self.name}_{name}_in", self._library))

    def _checked_sizes(self) -> int:
        """Bytes of a network's memory; raises ValueError unless the manifest says what the compiler made."""
        size = self._library[f"{self.name}_layer_output_size"]
        size.restype, size.argtypes = ctypes.c_int32, (ctypes.c_int,)
        macros = _size_macros(self.manifest)
        memory, layers, *doors = (ctypes.c_int64 * len(macros)).in_dll(self._library, f"{self.name}_sizes_for_host")
        said = [door.tensor.size for door in (*self.inputs, *self.outputs)]
        said += [self.inputs[0].shape[0]] if self.manifest.streamed else []
        tensors = [layer.output.bytes for layer in self.manifest.layers]
        if (layers, doors, [size(layer) for layer in range(layers)]) != (len(tensors), said, tensors):
            raise ValueError("its manifest does not describe its C")
        return int(memory)

    def _build(self) -> Path:
        """The shared library, compiled unless the cache has it for these sources, compiler and flags."""
        sizes = sizes_source(self.manifest)
        key = "\0".join((self.sha256, sizes, *self.compiler.command, self.compiler.version, *self.flags))
        library = paths.cache() / "host" / hashlib.sha256(key.encode()).hexdigest() / f"{self.name}.so"
        if not library.is_file():
            with atomic_path(library) as target:
                folder, shim = target.with_name("c"), target.with_name("sizes.c")
                sources = self.converted.write(folder)
                shim.write_text(sizes)
                self.compiler.run([*self.flags, f"-I{folder}", "-o", str(target), *map(str, (*sources, shim))])
        return library


def sizes_source(manifest: Manifest) -> str:
    """C that tells what the compiler made of the network, to be compiled with it."""
    return _SIZES.replace("MACROS", ", ".join(_size_macros(manifest))).replace("NAME", manifest.name)


def _size_macros(manifest: Manifest) -> list[str]:
    names = [*_names("INPUT", len(manifest.inputs)), *_names("OUTPUT", len(manifest.outputs))]
    rows = ["INPUT_ROWS"] if manifest.streamed else []
    macros = ["LAYERS", *(f"{name}_SIZE" for name in names), *rows]
    return [f"sizeof({manifest.name}_memory)", *(f"{manifest.name}_{macro}" for macro in macros)]


def _names(what: str, count: int) -> list[str]:
    """What the C API calls its inputs or outputs."""
    return [what] if count == 1 else [f"{what}_{number}" for number in range(count)]


def _view(address: int, tensor: Tensor) -> NDArray[Any]:
    kind = np.ctypeslib.as_ctypes_type(np.dtype(tensor.dtype))
    return np.ctypeslib.as_array((kind * tensor.size).from_address(address))

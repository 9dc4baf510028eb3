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
from .converted import Converted, opened
from .converters.manifest import TensorFacts
from .errors import InvalidModelError, UsageError
from .files import atomic_path

FLAGS = (*compiler.STRICT, "-O3", "-fPIC", "-shared")


class HostModel:
    """The network in a folder that `write_c` made, run by its own C code.

    Raises InvalidModelError when the folder is not one of ours, UsageError without a compiler. Its C must be what this
    version makes of its model, unless `trust` says that any may run. Of a network for another core, whose kernels this
    computer cannot compile, the generic C is run. `flags` replaces the compiler's flags. Not for use by several threads
    at once: the C code has one arena.
    """

    def __init__(self, folder: str | Path | Converted, *, flags: tuple[str, ...] = FLAGS, trust: bool = False):
        self.converted = opened(folder, trust=trust).for_this_computer()
        self.manifest = self.converted.manifest
        self.compiler = compiler.host()
        self.flags = flags
        self.name = self.manifest.name
        self.input_shape = self.manifest.input.shape[1:]
        self.output_shape = self.manifest.output.shape[1:]
        try:
            library = ctypes.CDLL(str(self._build()))
            self._check_sizes(library)
            self._run = self._function(library, "invoke", None)
            self._run_layer = self._function(library, "invoke_layer", None, ctypes.c_int)
            self._give = self._rows(library) if self.manifest.streamed else self._whole(library)
            self._output = self._view(self._function(library, "output", ctypes.c_void_p)(), self.manifest.output)
            layer_output = self._function(library, "layer_output", ctypes.c_void_p, ctypes.c_int)
            layer_size = self._function(library, "layer_output_size", ctypes.c_int32, ctypes.c_int)
            layers = [layer.output for layer in self.manifest.layers]
            self._layers = [self._view(layer_output(index), layer) for index, layer in enumerate(layers)]
            sizes = [view.size for view in (*self._layers, self._output)]  # the C counts its output as one layer more
            if sizes != [layer_size(index) for index in range(len(sizes))]:
                raise ValueError("its manifest does not describe its C")
        except (AttributeError, OSError, ValueError) as error:
            raise InvalidModelError(
                f"{self.converted.where} is damaged: {error}; run `edgecnn convert` again."
            ) from error

    def invoke(self, x: ArrayLike) -> NDArray[np.int8]:
        """Output codes (N, *output shape) of input codes `x` (N, *input shape), int8, without the batch of 1."""
        codes = self._checked(x)
        out = np.empty((len(codes), self._output.size), np.int8)
        for image, result in zip(codes, out, strict=True):
            self._give(image)
            self._run()
            result[:] = self._output
        return out.reshape(len(codes), *self.output_shape)

    def trace(self, x: ArrayLike) -> dict[int, NDArray[np.int8]]:
        """The output codes (N, size) of every layer, by the index of its tensor in the TFLite file."""
        codes = self._checked(x)
        layers = self.manifest.layers
        out = {
            layer.output.tensor: np.empty((len(codes), view.size), np.int8)
            for layer, view in zip(layers, self._layers, strict=True)
        }
        for i, image in enumerate(codes):
            self._give(image)
            for index, (rows, view) in enumerate(zip(out.values(), self._layers, strict=True)):
                self._run_layer(index)
                rows[i] = view
        return out

    @cached_property
    def sha256(self) -> str:
        """Over the names and contents of all C files of the folder."""
        return self.converted.sha256

    def _checked(self, x: ArrayLike) -> NDArray[np.int8]:
        codes = np.asarray(x)
        if codes.dtype != np.int8 or codes.shape[1:] != self.input_shape or codes.ndim == 0:
            raise UsageError(
                f"{self.name} takes int8 codes of shape (N, {', '.join(map(str, self.input_shape))}), "
                f"but got {codes.dtype} {codes.shape}."
            )
        return codes.reshape(len(codes), int(np.prod(self.input_shape)))

    def _whole(self, library: ctypes.CDLL) -> Callable[[NDArray[np.int8]], None]:
        """Writes all codes of an input."""
        view = self._view(self._function(library, "input", ctypes.c_void_p)(), self.manifest.input)

        def give(codes: NDArray[np.int8]) -> None:
            view[:] = codes

        return give

    def _rows(self, library: ctypes.CDLL) -> Callable[[NDArray[np.int8]], None]:
        """Hands over an input row by row."""
        begin, push = (self._function(library, name, None) for name in ("begin", "push_row"))
        row = self._function(library, "row", ctypes.c_void_p)

        def give(codes: NDArray[np.int8]) -> None:
            begin()
            for part in np.ascontiguousarray(codes).reshape(self.input_shape[0], -1):
                ctypes.memmove(row(), part.tobytes(), part.size)
                push()

        return give

    def _function(self, library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
        function = getattr(library, f"{self.name}_{name}")
        function.restype, function.argtypes = result, arguments
        return function

    @staticmethod
    def _view(address: int, tensor: TensorFacts) -> NDArray[np.int8]:
        return np.ctypeslib.as_array((ctypes.c_int8 * tensor.size).from_address(address))

    def _check_sizes(self, library: ctypes.CDLL) -> None:
        """Raise ValueError unless the C has the sizes of the manifest, by which its memory is read and written."""
        sizes = self._sizes()
        there = (ctypes.c_int32 * len(sizes)).in_dll(library, f"{self.name}_sizes_on_host")
        if list(there) != list(sizes.values()):
            raise ValueError("its manifest does not describe its C")

    def _sizes(self) -> dict[str, int]:
        """What the macros of the C must be."""
        size, rows = self.manifest.input.size, self.manifest.input.shape[1]
        sizes = {"INPUT_SIZE": size, "OUTPUT_SIZE": self.manifest.output.size, "LAYERS": len(self.manifest.layers)}
        return sizes | ({"INPUT_ROWS": rows, "INPUT_ROW_SIZE": size // rows} if self.manifest.streamed else {})

    def _teller(self) -> str:
        """C that tells what they are."""
        values = ", ".join(f"{self.name}_{macro}" for macro in self._sizes())
        return f'#include "{self.name}.h"\n\nconst int32_t {self.name}_sizes_on_host[] = {{{values}}};\n'

    def _build(self) -> Path:
        """The shared library, compiled unless the cache has it for these sources, compiler and flags."""
        key = "\0".join((self.sha256, self._teller(), *self.compiler.command, self.compiler.version, *self.flags))
        library = paths.cache() / "host" / hashlib.sha256(key.encode()).hexdigest() / f"{self.name}.so"
        if not library.is_file():
            with atomic_path(library) as target:
                folder, sizes = target.with_name("c"), target.with_name("sizes.c")
                sources = self.converted.write(folder)
                sizes.write_text(self._teller())
                self.compiler.run([*self.flags, f"-I{folder}", "-o", str(target), *map(str, (*sources, sizes))])
        return library

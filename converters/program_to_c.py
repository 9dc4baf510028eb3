"""A program to C: the header that the user's firmware includes, and the source behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from edgecnn.graph import Graph
from edgecnn.lowering.planner import Plan
from edgecnn.program.numbering import Numbering, numbering
from edgecnn.program.program import Program

from . import api_to_c, c_text, calls_to_c, doors_to_c, overview_to_c, stream_to_c
from .api_to_c import Function
from .doors_to_c import CDoor
from .layer_to_c import Layer
from .located import Located, joined

RUNTIME = "runtime"  # the folder of the kernels' sources, below that of the program


@dataclass(frozen=True)
class Code:
    """A program and where its tensors lie, as C whose symbols begin with `name`."""

    program: Program
    memory: Plan
    name: str

    @property
    def graph(self) -> Graph:
        return self.program.graph

    @cached_property
    def layers(self) -> list[Layer]:
        pairs = zip(self.numbering.layers, self.program.layers, strict=True)
        return [Layer(part, step, step.call) for part, step in pairs if step.call]

    @cached_property
    def numbering(self) -> Numbering:
        return numbering(self.program)

    @cached_property
    def streamed(self) -> Layer | None:
        """The layer that is handed the input row by row."""
        return self.layers[0] if self.program.streamed else None

    @cached_property
    def kernels(self) -> dict[str, str]:
        """The folder of each kernel's source, by its name: one name is one function in the whole program."""
        folders = {(part.call.kernel, part.call.folder) for layer in self.layers for part in layer.parts}
        assert len(folders) == len({kernel for kernel, _ in folders}), "two kernels of one name"
        return dict(sorted(folders))

    @property
    def plain_headers(self) -> list[str]:
        """The headers that every program of its form includes, whatever its kernels."""
        reals = any(door.door.is_real and door.offset is not None for door in self.doors)
        return ["flash", *([doors_to_c.REAL] if reals else []), *([stream_to_c.HEADER] if self.streamed else [])]

    @cached_property
    def opening(self) -> str:
        """The comment with which header and source begin."""
        return overview_to_c.overview(self.name, self.program, self.numbering, self.memory, self.layers, self.doors)

    def header(self) -> str:
        n = self.name
        guard = f"EDGECNN_MODEL_{n.upper()}_H"
        includes = ["<stdint.h>", *([f'"{RUNTIME}/{stream_to_c.STATE}.h"'] if self.streamed else [])]
        more = stream_to_c.memory(self.streamed.step) if self.streamed else ""
        return (
            self.opening
            + f"#ifndef {guard}\n#define {guard}\n\n"
            + "\n".join(f"#include {include}\n" for include in includes)
            + "\n"
            + "".join(f"#define {name} {value}\n" for name, value in self.macros().items())
            + '\n#ifdef __cplusplus\nextern "C" {\n#endif\n\n'
            + api_to_c.declarations(self.functions, n)
            + f"int32_t {n}_layer_output_size(int layer);\n\n"
            + api_to_c.memory(self.functions, n, self.alignment, more)
            + "".join(f"{line}\n" for line in doors_to_c.aliases(n, self.doors))
            + "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n"
        )

    @cached_property
    def functions(self) -> list[Function]:
        """The C API."""
        n = self.name
        reset = doors_to_c.reset(self.graph.states, self.memory.offsets)
        inputs = stream_to_c.api(n) if self.streamed else self.codes("input")
        inference = "One inference, of what comes after layer 0." if self.streamed else "One inference."
        every = f"  for (int layer = 0; layer < {n}_LAYERS; layer++) {n}_invoke_layer_in(memory, layer);\n"
        layer_output = "return memory->arena + layer_outputs[layer].offset;"
        inside = (
            f"To see inside: run layer 0, 1, ... {n}_LAYERS - 1 in turn and look at the output of each before the next."
        )
        return [
            *([reset] if reset else []),
            *inputs,
            Function("void", "invoke", inference, every),
            *self.codes("output"),
            Function("void", "invoke_layer", inside, calls_to_c.invoke_layer(self.layers, self.memory), ("int layer",)),
            Function("const int8_t *", "layer_output", "Its codes.", layer_output, ("int layer",), reads=True),
        ]

    def codes(self, what: str) -> list[Function]:
        """The functions of the inputs or outputs."""
        doors = [door for door in self.doors if door.what == what]
        return [function for door in doors for function in (door.codes(self.name), *door.reals(self.name))]

    @cached_property
    def doors(self) -> list[CDoor]:
        """Inputs, then outputs."""
        return doors_to_c.doors(self.graph, self.memory.offsets, bool(self.streamed))

    def macros(self) -> dict[str, str]:
        """The constants of the C API; `NAME_...`, and in capitals too, as macros are often written."""
        graph = self.graph
        values = {
            **doors_to_c.macros(graph, self.doors),
            "ARENA_SIZE": str(self.memory.arena),
            "LAYERS": str(len(self.layers)),
            **(stream_to_c.macros(self.streamed.step) if self.streamed else {}),
        }
        macros = {f"{self.name}_{field}": value for field, value in values.items()}
        return macros | {
            f"{self.name.upper()}_{field}": f"{self.name}_{field}" for field in values if not self.name.isupper()
        }

    @cached_property
    def source(self) -> Located:
        """The C; on which lines each layer's call and constants are is known by their names (see Layer)."""
        headers = [*self.plain_headers, *self.kernels]
        includes = "".join(f'#include "{RUNTIME}/{header}.h"\n' for header in headers)
        parts: list[Located | str] = [
            self.opening + f'#include "{self.name}.h"\n\n{includes}',
            *(layer.definitions() for layer in self.layers),
            *self.streaming(),
            *self.initial(),
            calls_to_c.layer_outputs(self.name, self.layers, self.graph, self.memory),
            api_to_c.definitions(self.functions, self.name),
        ]
        return joined(parts, "\n")

    def initial(self) -> Iterator[str]:
        """What variables begin with."""
        for state, symbol in zip(self.graph.states, doors_to_c.initial_symbols(self.graph.states), strict=True):
            if symbol:
                yield c_text.constant(symbol, state.initial)

    @property
    def alignment(self) -> int:
        """Of the arena."""
        return max(self.program.alignment, *(door.door.tensor.itemsize for door in self.doors))

    def streaming(self) -> Iterator[Located]:
        if self.streamed:
            step = self.streamed.step
            yield stream_to_c.stages(
                step, self.streamed.parts, self.memory.scratch[step], self.memory.offsets[step.output]
            )

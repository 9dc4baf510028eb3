"""A program to C: the header that the user's firmware includes, and the source behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from edgecnn.graph import Graph
from edgecnn.lowering.planner import Plan
from edgecnn.lowering.program import Program, Step
from edgecnn.targets import OPTIMIZE, load
from edgecnn.tensor import Tensor
from edgecnn.version import VERSION

from . import api_to_c, c_text, doors_to_c, stream_to_c
from .api_to_c import Function
from .doors_to_c import CDoor
from .layer_to_c import Layer

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
        calls = [(step, step.call) for step in self.program.steps if step.call is not None]
        return [Layer(index, step, call, f"layer{index}") for index, (step, call) in enumerate(calls)]

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

    def opening(self) -> list[str]:
        rows = [("layer", "", "output", "MACs", "flash bytes", "arena bytes")]
        for layer in self.layers:
            step = layer.step
            costs = f"{step.macs}", f"{layer.constant_bytes}", self.at(step.output)
            rows.append((f"{layer.index}", step.title, _shape(step.output), *costs))
        graph = self.graph
        return [
            f"{self.name}: made by edgecnn {VERSION}; do not edit, convert the model again.",
            "The code is edgecnn's, under the licence above; the numbers are the model's, under its own.",
            "",
            f"From a TFLite model with SHA-256 {graph.sha256}",
            f"For {load(self.program.target).title}, optimized for {OPTIMIZE[self.program.optimize]}.",
            "",
            *(f"{door.function:<7} {_quantized(door)}" for door in self.doors),
            f"arena   {self.memory.arena} bytes, {graph.parameters} parameters, {graph.macs} multiply-accumulates",
            *(f"note    {note}" for note in graph.notes),
            "",
            *c_text.table(rows),
        ]

    def at(self, tensor: Tensor) -> str:
        first = self.memory.offsets[tensor]
        return f"{first}..{first + tensor.bytes - 1}"

    def header(self) -> str:
        n = self.name
        guard = f"EDGECNN_MODEL_{n.upper()}_H"
        includes = ["<stdint.h>", *([f'"{RUNTIME}/{stream_to_c.STATE}.h"'] if self.streamed else [])]
        more = stream_to_c.memory(self.streamed.step) if self.streamed else ""
        return (
            c_text.licence()
            + c_text.comment(self.opening())
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
            Function("void", "invoke_layer", inside, self.invoke_layer(), ("int layer",)),
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

    def source(self) -> str:
        headers = [*self.plain_headers, *self.kernels]
        includes = "".join(f'#include "{RUNTIME}/{header}.h"\n' for header in headers)
        parts = [
            c_text.licence() + c_text.comment(self.opening()) + f'#include "{self.name}.h"\n\n{includes}',
            *(
                "\n".join([f"/* Layer {layer.index}: {_title(layer.step)} */", *layer.definitions()])
                for layer in self.layers
            ),
            *self.streaming(),
            *self.initial(),
            self.layer_outputs(),
            api_to_c.definitions(self.functions, self.name),
        ]
        return "\n".join(parts)

    def initial(self) -> Iterator[str]:
        """What variables begin with."""
        for state, symbol in zip(self.graph.states, doors_to_c.initial_symbols(self.graph.states), strict=True):
            if symbol:
                yield c_text.constant(symbol, state.initial)

    @property
    def alignment(self) -> int:
        """Of the arena."""
        return max(self.program.alignment, *(door.door.tensor.itemsize for door in self.doors))

    def streaming(self) -> Iterator[str]:
        if self.streamed:
            step, symbols = self.streamed.step, [part.symbol for part in self.streamed.parts]
            yield stream_to_c.stages(step, symbols, self.memory.scratch[step], self.memory.offsets[step.output])

    def invoke_layer(self) -> str:
        """The kernel's call of each layer."""
        offsets, rows = self.memory.offsets, []
        for layer in self.layers:
            if layer is self.streamed:
                rows.append((f"    case {layer.index}:", "break;", f"/* {_shape(layer.step.output)}, by its rows */"))
                continue
            starts = [offsets[layer.step.output], *([self.memory.scratch[layer.step]] if layer.call.scratch else [])]
            places = ", ".join([*layer.inputs(offsets), *(f"arena + {start}" for start in starts)])
            call = f"edgecnn_{layer.call.kernel}(&{layer.symbol}, {places}); break;"
            rows.append((f"    case {layer.index}:", call, f"/* {_shape(layer.step.output)} */"))
        calls = "".join(f"{line}\n" for line in [*(c_text.table(rows) if rows else []), "    default: break;"])
        computes = any(layer is not self.streamed for layer in self.layers)
        arena = "int8_t *const arena = memory->arena;" if computes else "(void)memory;"
        return f"  {arena}\n  switch (layer) {{\n{calls}  }}\n"

    def layer_outputs(self) -> str:
        n, offsets = self.name, self.memory.offsets
        tensors = [*(layer.step.output for layer in self.layers), self.graph.outputs[-1].tensor]
        outputs = "".join(f"    {{{offsets[tensor]}, {tensor.bytes}}},\n" for tensor in tensors)
        return f"""static const EDGECNN_FLASH struct {{
  int32_t offset, size;
}} layer_outputs[{n}_LAYERS + 1] = {{
{outputs}}};

int32_t {n}_layer_output_size(int layer) {{ return layer_outputs[layer].size; }}
"""


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape[1:])) or "1"


def _quantized(door: CDoor) -> str:
    tensor, name = door.door.tensor, f"{door.door.name} " if door.several else ""
    means = f"real value = {tensor.scale:.9g} * (code - {tensor.zero_point})"
    return f"{name}{_shape(tensor)} {tensor.dtype} codes: {means}"


def _title(step: Step) -> str:
    return f"{step.title}, {_shape(step.inputs[0])} -> {_shape(step.output)}".replace("*/", "")

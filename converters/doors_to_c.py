"""The inputs and outputs of a network in its C API: where their codes lie, how many there are, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from edgecnn.door import Door
from edgecnn.graph import Graph
from edgecnn.state import State
from edgecnn.tensor import Tensor

from .api_to_c import Function
from .doors import c_name

REAL = "real"  # the header in firmware/runtime with what real values need


@dataclass(frozen=True)
class CDoor:
    """An input or output; `what` is "input" or "output". It has a number only where there are several."""

    door: Door
    what: str
    number: int
    several: bool
    offset: int | None
    """In the arena; None of an input that is handed over row by row."""

    @property
    def function(self) -> str:
        """What its function is called, after the network's name."""
        return f"{self.what}_{self.number}" if self.several else self.what

    @property
    def macro(self) -> str:
        return self.function.upper()

    @property
    def c_type(self) -> str:
        return f"{self.door.tensor.dtype}_t"

    def macros(self) -> dict[str, str]:
        tensor = self.door.tensor
        return {
            f"{self.macro}_SIZE": str(tensor.size),
            f"{self.macro}_SCALE": real(tensor.scale),
            f"{self.macro}_ZERO_POINT": f"({tensor.zero_point})",
        }

    def codes(self, network: str) -> Function:
        """The function that says where its codes are."""
        size, name = f"{network}_{self.macro}_SIZE", f", {self.door.name}" if self.several else ""
        is_input = self.what == "input"
        comment = (
            f"Where to write the {size} codes of the input{name} before each inference, which overwrites them."
            if is_input
            else f"The {size} codes of the output{name}, valid until the next input is written."
        )
        const = "" if is_input else "const "
        where = f"memory->arena + {self.offset}"
        cast = (
            "" if self.c_type == "int8_t" else f"({const}{self.c_type} *){'(const void *)' if const else '(void *)'}("
        )
        body = f"return {cast}{where}{')' if cast else ''};"
        return Function(f"{const}{self.c_type} *", self.function, comment, body, reads=not is_input)

    def reals(self, network: str) -> Iterator[Function]:
        """Of a float32 input or output of the file: the step between real values and codes."""
        if not self.door.is_real or self.offset is None:
            return
        macro, codes = f"{network}_{self.macro}", f"{network}_{self.function}_in(memory)"
        loop = f"  for (int32_t i = 0; i < {macro}_SIZE; i++)"
        arguments = f"{macro}_SCALE, {macro}_ZERO_POINT"
        if self.what == "input":
            step = f"{loop} codes[i] = edgecnn_quantize(values[i], {arguments});\n"
            comment = f"The {macro}_SIZE real values of the input as its codes, as TFLite's QUANTIZE makes them."
            body, parameter = f"  int8_t *const codes = {codes};\n{step}", "const float *values"
        else:
            step = f"{loop} values[i] = edgecnn_dequantize(codes[i], {arguments});\n"
            comment = f"The {macro}_SIZE real values of the output's codes, as TFLite's DEQUANTIZE makes them."
            body, parameter = f"  const int8_t *const codes = {codes};\n{step}", "float *values"
        verb = "quantize" if self.what == "input" else "dequantize"
        yield Function("void", f"{verb}_{self.number}", comment, body, (parameter,), reads=self.what == "output")


def doors(graph: Graph, offsets: Mapping[Tensor, int], streamed: bool) -> list[CDoor]:
    """The inputs, then the outputs."""
    return [
        CDoor(door, what, number, len(several) > 1, None if streamed and what == "input" else offsets[door.tensor])
        for what, several in (("input", graph.inputs), ("output", graph.outputs))
        for number, door in enumerate(several)
    ]


def macros(graph: Graph, given: Sequence[CDoor]) -> dict[str, str]:
    """Sizes, scales and zero points; the counts where there are several."""
    found = {name: value for door in given for name, value in door.macros().items()}
    counts = {"INPUT_COUNT": str(len(graph.inputs)), "OUTPUT_COUNT": str(len(graph.outputs))}
    return counts | found


def aliases(network: str, given: Sequence[CDoor]) -> list[str]:
    """Lines that give the functions of several inputs or outputs their names beside their numbers."""
    return [
        f"#define {network}_{door.what}_{c_name(door.door.name)}{end} {network}_{door.function}{end}"
        for door in given
        if door.several and not c_name(door.door.name).isdigit()
        for end in ("", "_in")
    ]


def reset(states: Sequence[State], offsets: Mapping[Tensor, int]) -> Function | None:
    """What a network with state has: the beginning of a sequence."""
    if not states:
        return None
    lines = []
    for state, symbol in zip(states, initial_symbols(states), strict=True):
        value = f"{symbol}[i]" if symbol else "0"
        at, size = offsets[state.tensor], state.tensor.bytes
        lines.append(f"  for (int32_t i = 0; i < {size}; i++) memory->arena[{at} + i] = {value};\n")
    return Function("void", "reset", "Forget all inferences so far. To be called before the first one.", "".join(lines))


def initial_symbols(states: Sequence[State]) -> list[str | None]:
    """The array with what each variable begins with; None where that is zeros."""
    return [f"state{i}_initial" if state.initial.any() else None for i, state in enumerate(states)]


def real(value: float) -> str:
    """A float32 literal."""
    text = f"{value:.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")

"""The C API of a network: its functions, each for the network's own memory and for memory of the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import c_text
from .located import Located, joined

_WIDTH = 110


@dataclass(frozen=True)
class Function:
    """`NAME_function(...)`, and `NAME_function_in(NAME_memory *, ...)`, which does the work."""

    result: str
    name: str
    comment: str
    body: str | Located
    """What the second one does: a statement or several lines of them."""
    parameters: tuple[str, ...] = ()
    """Each as a type and a name."""
    reads: bool = False
    """Whether it leaves the memory as it is."""

    def signature(self, network: str) -> str:
        """Of the first."""
        return _signature(self.result, f"{network}_{self.name}", self.parameters)

    def signature_in(self, network: str) -> str:
        """Of the second."""
        memory = f"{'const ' if self.reads else ''}{network}_memory *memory"
        return _signature(self.result, f"{network}_{self.name}_in", (memory, *self.parameters))

    def call(self, network: str) -> str:
        """The first as a call of the second."""
        arguments = ", ".join(["&own", *(parameter.split()[-1].lstrip("*") for parameter in self.parameters)])
        result = "" if self.result == "void" else "return "
        return f"{self.signature(network)} {{ {result}{network}_{self.name}_in({arguments}); }}\n"

    def definition_in(self, network: str) -> Located:
        """The second."""
        signature, body = self.signature_in(network), joined([self.body])
        line = f"{signature} {{ {body.text} }}"
        if "\n" in body.text:
            return joined([f"{signature} {{\n", body, "}\n"])
        return joined([f"{line}\n" if len(line) <= _WIDTH else f"{signature} {{\n  {body.text}\n}}\n"])


def _signature(result: str, name: str, parameters: tuple[str, ...]) -> str:
    space = "" if result.endswith("*") else " "
    return f"{result}{space}{name}({', '.join(parameters) or 'void'})"


def declarations(functions: Iterable[Function], network: str) -> str:
    """What the header says of the network's own memory."""
    return "\n".join(f"{_comment(function.comment)}{function.signature(network)};\n" for function in functions)


def memory(functions: Iterable[Function], network: str, alignment: int, more: str) -> str:
    """What the header says of memory of the caller's, in which `more` lies beside the arena."""
    aligned = f" __attribute__((aligned({alignment})))" if alignment > 1 else ""
    return (
        f"""/*
 * The same in memory of the caller's: for inferences at the same time, an RTOS task with memory of its own, or several
 * networks in one place. It need not be initialized.
 */
typedef struct {{
  int8_t arena[{network}_ARENA_SIZE]{aligned};
{more}}} {network}_memory;

"""
    ) + "".join(f"{function.signature_in(network)};\n" for function in functions)


def definitions(functions: Iterable[Function], network: str) -> Located:
    """All of them, and the network's own memory."""
    functions = list(functions)
    return joined(
        [
            *(function.definition_in(network) for function in functions),
            f"static EDGECNN_ARENA {network}_memory own;\n",
            "".join(function.call(network) for function in functions),
        ],
        "\n",
    )


def _comment(text: str) -> str:
    return c_text.comment(text.splitlines()) if "\n" in text else f"/* {text} */\n"

"""The variables of a file: what VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE mean, told without these ops.

What a variable holds at the beginning of an inference is a tensor like any other; each read after an assignment is of
the tensor that was assigned, and the last of these is what the variable holds at the next inference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from edgecnn.errors import InvalidModelError, UnsupportedError

from .tflite_file import RawGraph, RawModel, RawOperator

_OPS = ("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")


@dataclass(frozen=True)
class Variable:
    """`tensor` is what it holds at the beginning, `following` what it holds afterwards: tensors of the file."""

    name: str
    tensor: int
    following: int
    initial: NDArray[Any] | None
    """None: zero bytes."""


def without_variables(model: RawModel, where: str) -> tuple[RawGraph, list[Variable]]:
    """The network without these ops, and the variables that it reads.

    Raises UnsupportedError for subgraphs that do something else, InvalidModelError for a variable that is none.
    """
    graph = model.graphs[0]
    walk = _Walk(graph, where)
    kept = [operator for operator in map(walk.step, graph.operators) if operator is not None]
    initial = _initial(model, graph, where)
    outputs = tuple(walk.now(index) for index in graph.outputs)
    variables = [
        Variable(name, read, walk.value.get(name, read), initial.get(name)) for name, read in walk.first_read.items()
    ]
    return replace(graph, operators=tuple(kept), outputs=outputs), variables


class _Walk:
    """The network's operators in order."""

    def __init__(self, graph: RawGraph, where: str):
        self.graph, self.where = graph, where
        self.handles: dict[int, str] = {}  # tensor -> variable
        self.first_read: dict[str, int] = {}
        self.value: dict[str, int] = {}  # what a variable holds now, once it was assigned
        self.same: dict[int, int] = {}  # what was read -> the tensor that it is

    def now(self, index: int) -> int:
        return self.same.get(index, index)

    def step(self, operator: RawOperator) -> RawOperator | None:
        """The operator without variables; None when it is one of theirs."""
        if operator.name not in _OPS:
            return replace(operator, inputs=tuple(map(self.now, operator.inputs)))
        if operator.name == "VAR_HANDLE":
            self.handles[_one(operator.outputs, operator, self.where)] = _variable(operator)
        elif operator.name == "READ_VARIABLE":
            name, read = self.variable(operator), _one(operator.outputs, operator, self.where)
            self.same[read] = self.value.get(name, self.first_read.setdefault(name, read))
        elif operator.name == "ASSIGN_VARIABLE":
            if len(operator.inputs) != 2:
                raise _strange(operator, self.where)
            self.value[self.variable(operator)] = self.now(operator.inputs[1])
        return None

    def variable(self, operator: RawOperator) -> str:
        if not operator.inputs or operator.inputs[0] not in self.handles:
            raise _strange(operator, self.where)
        return self.handles[operator.inputs[0]]


def _initial(model: RawModel, graph: RawGraph, where: str) -> dict[str, NDArray[Any]]:
    """What the subgraphs that are called once put into variables; raises UnsupportedError for other subgraphs."""
    called = {o.options.get("InitSubgraphIndex") for o in graph.operators if o.name == "CALL_ONCE"}
    if called != set(range(1, len(model.graphs))):
        raise UnsupportedError(
            f"{where} has {len(model.graphs)} subgraphs, and only those that initialize variables are supported; "
            "convert the model without control flow (IF, WHILE)."
        )
    found: dict[str, NDArray[Any]] = {}
    for init in model.graphs[1:]:
        handles: dict[int, str] = {}
        for operator in init.operators:
            if operator.name == "VAR_HANDLE":
                handles[_one(operator.outputs, operator, where)] = _variable(operator)
            elif operator.name == "ASSIGN_VARIABLE" and len(operator.inputs) == 2 and operator.inputs[0] in handles:
                found[handles[operator.inputs[0]]] = _constant(init, operator, where)
            else:
                raise UnsupportedError(
                    f"{where} initializes its variables by {operator.name}; only constants are supported there."
                )
    return found


def _constant(graph: RawGraph, operator: RawOperator, where: str) -> NDArray[Any]:
    index = operator.inputs[1]
    tensor = graph.tensors[index] if 0 <= index < len(graph.tensors) else None
    if tensor is None:
        raise _strange(operator, where)
    if tensor.data is None:
        raise UnsupportedError(
            f"{where} computes what '{tensor.name}' begins with; only constants are supported there."
        )
    return tensor.data


def _variable(operator: RawOperator) -> str:
    names = (operator.options.get(field) or b"" for field in ("Container", "SharedName"))
    return "/".join(name.decode(errors="replace") for name in names if name) or f"variable {operator.index}"


def _one(indices: tuple[int, ...], operator: RawOperator, where: str) -> int:
    if len(indices) != 1:
        raise _strange(operator, where)
    return indices[0]


def _strange(operator: RawOperator, where: str) -> InvalidModelError:
    return InvalidModelError(f"op {operator.index} {operator.name} of {where} names no variable; make the file again.")

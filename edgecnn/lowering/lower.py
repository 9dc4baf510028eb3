"""From a graph to a program: ops are fused, and the target names the kernel that serves each step best."""

from __future__ import annotations

from collections import Counter

from ..errors import UsageError
from ..graph import Graph
from ..ops.op import Op
from ..targets import Target
from ..targets import load as load_target
from .fusion import FUSIONS
from .program import Program, Step
from .rows import streamable, streamed
from .schedule import scheduled


def lower(
    graph: Graph, target: str | Target = "generic", optimize: str = "balanced", *, fuse: bool = True, stream: int = 0
) -> Program:
    """The program of `graph` for a core; which ops are fused, and in which order they run, depends on `fuse` alone, so
    that all cores have the same layers. The first `stream` steps become one that consumes the input row by row.

    Raises UsageError for an unknown target or way to optimize, and when fewer steps than `stream` can be streamed.
    """
    core = load_target(target) if isinstance(target, str) else target
    core.check(optimize)
    steps = _ordered(graph, fuse)
    if not 0 <= stream <= streamable(steps, graph):
        raise UsageError(f"the first {stream} layers cannot be streamed; convert the network without --stream.")
    first = [streamed(steps[:stream], core, optimize)] if stream else []
    rest = [core.choose(step, optimize) for step in steps[stream:]]
    return Program(graph, (*first, *rest), core.name, optimize, fuse, stream, core.alignment)


def streamable_steps(graph: Graph, *, fuse: bool = True) -> int:
    """The largest `stream` that `lower` takes."""
    return streamable(_ordered(graph, fuse), graph)


def _ordered(graph: Graph, fuse: bool) -> tuple[Step, ...]:
    """All steps in the order in which they run: variables are assigned last, when nothing reads them any more."""
    steps, variables = _steps(graph, fuse), {state.following for state in graph.states}
    last = tuple(step for step in steps if step.output in variables)
    kept = [*(door.tensor for door in graph.outputs), *(tensor for step in last for tensor in step.inputs)]
    return (*scheduled(tuple(step for step in steps if step not in last), kept), *last)


def _steps(graph: Graph, fuse: bool) -> tuple[Step, ...]:
    outputs = (door.tensor for door in graph.outputs)
    uses = Counter([*outputs, *(tensor for op in graph.ops for tensor in op.inputs)])
    readers = {tensor: op for op in graph.ops for tensor in op.inputs}
    steps: list[Step] = []
    done: set[Op] = set()
    for op in graph.ops:
        if op in done:
            continue
        follower = readers.get(op.output) if fuse and uses[op.output] == 1 else None
        step = (follower and _fused(op, follower)) or Step((op,), op.kernel_call())
        done.update(step.ops)
        steps.append(step)
    return tuple(steps)


def _fused(first: Op, second: Op) -> Step | None:
    rule = FUSIONS.get((type(first), type(second)))
    call = rule(first, second) if rule else None
    return Step((first, second), call) if call else None

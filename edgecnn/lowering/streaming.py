"""How many of a network's first steps to stream: as many as make its arena the smallest."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import UsageError
from ..graph import Graph
from ..program.program import Program
from .lower import lower, streamable_steps
from .planner import lower_bound, plan


def smallest(graph: Graph, target: str = "generic", optimize: str = "balanced", *, fuse: bool = True) -> int:
    """The `stream` of `lower`, at least 1, with the smallest arena; of equals the least.

    Raises UsageError when the first step cannot be streamed, and as `lower` does.
    """
    if len(graph.inputs) > 1 or graph.states:
        what = "several inputs" if len(graph.inputs) > 1 else "state"
        raise UsageError(f"a network with {what} cannot take its input row by row; convert it without --stream.")
    found = _search(graph, target, optimize, fuse)
    if found is None:
        raise UsageError(
            "the network's first layer is no convolution, pool or elementwise op that alone reads the input; convert "
            "it without --stream."
        )
    return found[1]


def smallest_arena(
    graph: Graph, target: str = "generic", optimize: str = "balanced", *, fuse: bool = True
) -> int | None:
    """Bytes of the smallest arena with streaming; None when the first step cannot be streamed."""
    found = _search(graph, target, optimize, fuse)
    return found[0] if found else None


def _search(graph: Graph, target: str, optimize: str, fuse: bool) -> tuple[int, int] | None:
    """(arena, number of steps)"""
    found: tuple[int, int] | None = None
    programs = _programs(graph, target, optimize, fuse)
    for bound, program in sorted(((lower_bound(p), p) for p in programs), key=lambda pair: pair[0]):
        if found is None or (bound, program.streamed) < found:
            arena = plan(program).arena
            found = min(found or (arena, program.streamed), (arena, program.streamed))
    return found


def _programs(graph: Graph, target: str, optimize: str, fuse: bool) -> Iterator[Program]:
    most = streamable_steps(graph, fuse=fuse)
    return (lower(graph, target, optimize, fuse=fuse, stream=steps) for steps in range(1, most + 1))

"""Where every tensor lies: one static arena, offsets known before anything is compiled.

Tensors that are never alive together share memory; an op that may work in place can write over its input.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from .errors import EdgecnnError
from .graph import Graph
from .ops.op import Op
from .tensor import Tensor

_ORDERS_TRIED = 2000


@dataclass(frozen=True)
class Buffer:
    """Memory that is alive from op `birth` to op `death`, both included.

    It holds a tensor, under several shapes perhaps; or none, when it is the scratch of op `birth`.
    """

    tensors: tuple[Tensor, ...]
    size: int
    birth: int
    death: int

    def __str__(self) -> str:
        return str(self.tensors[0]) if self.tensors else f"the scratch of op {self.birth}"

    def meets(self, other: Buffer) -> bool:
        """Whether both are alive at some op."""
        return self.birth <= other.death and other.birth <= self.death


@dataclass(frozen=True)
class Plan:
    """Offsets in bytes from the beginning of the arena."""

    offsets: dict[Tensor, int]
    scratch: dict[Op, int]
    arena: int
    lower_bound: int
    """No plan of these buffers can be smaller."""


def plan(graph: Graph) -> Plan:
    """The smallest arena found for `graph`: the same graph gives the same plan."""
    buffers = _buffers(graph)
    overlays = _overlays(graph, buffers)
    bound = _lower_bound(graph, buffers, overlays)
    best: tuple[int, dict[Buffer, int]] | None = None
    for order in _orders(buffers):
        offsets = _place(order, overlays)
        arena = max(offset + buffer.size for buffer, offset in offsets.items())
        if best is None or arena < best[0]:
            best = arena, offsets
        if best[0] == bound:
            break
    assert best is not None, "a graph has at least its input"
    _prove(best[1], overlays)
    return Plan(
        offsets={tensor: offset for buffer, offset in best[1].items() for tensor in buffer.tensors},
        scratch={graph.ops[buffer.birth]: offset for buffer, offset in best[1].items() if not buffer.tensors},
        arena=best[0],
        lower_bound=bound,
    )


def _buffers(graph: Graph) -> list[Buffer]:
    """The graph's tensors, grouped where an op computes nothing, and the ops' scratch, with their lifetimes."""
    last_use = {tensor: step for step, op in enumerate(graph.ops) for tensor in op.inputs}
    last_use[graph.output] = len(graph.ops)
    groups: dict[Tensor, list[Tensor]] = {graph.input: [graph.input]}
    births = {graph.input: -1}
    root = {graph.input: graph.input}
    for step, op in enumerate(graph.ops):
        if op.kernel_call() is None:
            root[op.output] = root[op.inputs[0]]
            groups[root[op.output]].append(op.output)
        else:
            root[op.output] = op.output
            groups[op.output] = [op.output]
            births[op.output] = step
    held = [
        Buffer(
            tuple(tensors), first.size, births[first], max(last_use.get(tensor, births[first]) for tensor in tensors)
        )
        for first, tensors in groups.items()
    ]
    calls = [op.kernel_call() for op in graph.ops]
    return held + [Buffer((), call.scratch, step, step) for step, call in enumerate(calls) if call and call.scratch]


def _overlays(graph: Graph, buffers: Iterable[Buffer]) -> set[tuple[Buffer, Buffer]]:
    """(input, output) pairs that may begin at the same address although they meet: the op works in place."""
    buffer_of = {tensor: buffer for buffer in buffers for tensor in buffer.tensors}
    return {
        (buffer_of[op.inputs[0]], buffer_of[op.output])
        for step, op in enumerate(graph.ops)
        if op.in_place and op.kernel_call() is not None and buffer_of[op.inputs[0]].death == step
    }


def _lower_bound(graph: Graph, buffers: list[Buffer], overlays: set[tuple[Buffer, Buffer]]) -> int:
    """Bytes alive at the fullest op."""

    def alive(step: int) -> int:
        here = [buffer for buffer in buffers if buffer.birth <= step <= buffer.death]
        saved = [min(a.size, b.size) for a, b in overlays if b.birth == step]
        return sum(buffer.size for buffer in here) - sum(saved)

    return max(alive(step) for step in range(-1, len(graph.ops) + 1))


def _orders(buffers: list[Buffer]) -> Iterator[tuple[Buffer, ...]]:
    """Orders in which to place the buffers: all of them for a few, else sensible ones and then random ones."""
    by_time = tuple(sorted(buffers, key=lambda buffer: buffer.birth))
    yield by_time
    yield tuple(reversed(by_time))
    yield tuple(sorted(by_time, key=lambda buffer: -buffer.size))
    if len(buffers) <= 6:
        yield from permutations(by_time)
        return
    shuffle = random.Random(0)
    for _ in range(min(_ORDERS_TRIED, 200_000 // len(buffers) ** 2 + 1)):
        yield tuple(shuffle.sample(by_time, len(by_time)))


def _place(order: Iterable[Buffer], overlays: set[tuple[Buffer, Buffer]]) -> dict[Buffer, int]:
    """Each buffer in turn at the lowest offset that is free of every buffer it meets."""
    placed: dict[Buffer, int] = {}
    for buffer in order:
        neighbours = [(other, offset) for other, offset in placed.items() if other.meets(buffer)]
        candidates = {0} | {offset + other.size for other, offset in neighbours} | {offset for _, offset in neighbours}
        placed[buffer] = min(
            at
            for at in candidates
            if all(_compatible(buffer, at, other, offset, overlays) for other, offset in neighbours)
        )
    return placed


def _compatible(a: Buffer, at: int, b: Buffer, offset: int, overlays: set[tuple[Buffer, Buffer]]) -> bool:
    disjoint = at + a.size <= offset or offset + b.size <= at
    return disjoint or (at == offset and ((a, b) in overlays or (b, a) in overlays))


def _prove(offsets: dict[Buffer, int], overlays: set[tuple[Buffer, Buffer]]) -> None:
    """No two buffers that are alive together overlap, but for ops that work in place."""
    for (a, at), (b, offset) in combinations(offsets.items(), 2):
        if a.meets(b) and not _compatible(a, at, b, offset, overlays):
            raise EdgecnnError(f"the memory plan lets {a} and {b} overlap; please report this.")

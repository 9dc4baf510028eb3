"""Where every tensor lies: one static arena, offsets known before anything is compiled.

Tensors that are never alive together share memory; an op that may work in place can write over its input, and what is
only joined with others is made where the whole will be.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from .errors import EdgecnnError
from .graph import Graph
from .ops.op import Op
from .tensor import Tensor

_ORDERS_TRIED = 2000
_ORDERS_FOR_COPIES = 50  # once the arena is the smallest possible


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


Overlays = dict[tuple[Buffer, Buffer, int], None]  # in a fixed order; (input, output, the input's offset in it)


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
    joined = [(a, b, at) for a, b, at in overlays if graph.ops[b.birth].joins]
    bound = _lower_bound(graph, buffers, overlays)
    best: tuple[tuple[int, int], dict[Buffer, int]] | None = None
    for tried, order in enumerate(_orders(buffers)):
        for offsets in _placements(order, overlays, bool(joined)):
            arena = max(offset + buffer.size for buffer, offset in offsets.items())
            copied = sum(a.size for a, b, at in joined if offsets[a] != offsets[b] + at)
            if best is None or (arena, copied) < best[0]:
                best = (arena, copied), offsets
        if best and best[0][0] == bound and (best[0][1] == 0 or tried > _ORDERS_FOR_COPIES):
            break
    assert best is not None, "a graph has at least its input"
    (arena, _), offsets = best
    _prove(offsets, overlays)
    return Plan(
        offsets={tensor: offset for buffer, offset in offsets.items() for tensor in buffer.tensors},
        scratch={graph.ops[buffer.birth]: offset for buffer, offset in offsets.items() if not buffer.tensors},
        arena=arena,
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


def _overlays(graph: Graph, buffers: Iterable[Buffer]) -> Overlays:
    """What may share memory although it meets: an input that the op is the last to use, and its output."""
    buffer_of = {tensor: buffer for buffer in buffers for tensor in buffer.tensors}
    return {
        (buffer_of[op.inputs[position]], buffer_of[op.output], at): None
        for step, op in enumerate(graph.ops)
        if op.kernel_call() is not None
        for position, at in op.places
        if buffer_of[op.inputs[position]].death == step
    }


def _lower_bound(graph: Graph, buffers: list[Buffer], overlays: Overlays) -> int:
    """Bytes alive at the fullest op."""

    def alive(step: int) -> int:
        here = sum(buffer.size for buffer in buffers if buffer.birth <= step <= buffer.death)
        shared = [(a, at, min(a.size, b.size - at)) for a, b, at in overlays if b.birth == step]
        # Each input is shared at most once, and so is each place.
        return here - min(_largest_of_each((key[i], key[2]) for key in shared) for i in (0, 1))

    return max(alive(step) for step in range(-1, len(graph.ops) + 1))


def _largest_of_each(sizes: Iterable[tuple[Hashable, int]]) -> int:
    largest: dict[Hashable, int] = {}
    for key, size in sizes:
        largest[key] = max(size, largest.get(key, 0))
    return sum(largest.values())


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


def _placements(order: Iterable[Buffer], overlays: Overlays, joins: bool) -> Iterator[dict[Buffer, int]]:
    """Each buffer in turn at the lowest free offset; where ops join, also with the inputs rather in their places."""
    yield _place(order, overlays, False)
    if joins:
        yield _place(order, overlays, True)


def _place(order: Iterable[Buffer], overlays: Overlays, in_place_first: bool) -> dict[Buffer, int]:
    """Each buffer in turn at an offset that is free of every buffer it meets."""
    placed: dict[Buffer, int] = {}
    for buffer in order:
        neighbours = [(other, offset) for other, offset in placed.items() if other.meets(buffer)]
        shared = {placed[b] + at for a, b, at in overlays if a is buffer and b in placed}
        shared |= {placed[a] - at for a, b, at in overlays if b is buffer and a in placed and placed[a] >= at}
        candidates = {0} | {offset + other.size for other, offset in neighbours} | shared
        placed[buffer] = min(
            (
                at
                for at in candidates
                if all(_compatible(buffer, at, other, offset, overlays) for other, offset in neighbours)
            ),
            key=lambda at: (in_place_first and at not in shared, at),
        )
    return placed


def _compatible(a: Buffer, at: int, b: Buffer, offset: int, overlays: Overlays) -> bool:
    disjoint = at + a.size <= offset or offset + b.size <= at
    return disjoint or (a, b, at - offset) in overlays or (b, a, offset - at) in overlays


def _prove(offsets: dict[Buffer, int], overlays: Overlays) -> None:
    """No two buffers that are alive together overlap, but for ops that work in place."""
    for (a, at), (b, offset) in combinations(offsets.items(), 2):
        if a.meets(b) and not _compatible(a, at, b, offset, overlays):
            raise EdgecnnError(f"the memory plan lets {a} and {b} overlap; please report this.")

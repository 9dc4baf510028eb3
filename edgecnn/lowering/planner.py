"""Where every tensor lies: one static arena, offsets known before anything is compiled.

Tensors that are never alive together share memory, and where a kernel tells how far its reading is ahead of its
writing, its output overwrites the input behind it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from ..errors import EdgecnnError, UnsupportedError
from ..tensor import Tensor
from .program import Program, Step, leads_of, shareable

_ORDERS_TRIED = 2000
_ORDERS_FOR_COPIES = 50  # once the arena is the smallest possible


@dataclass(frozen=True)
class Buffer:
    """Memory that is alive from step `birth` to step `death`, both included.

    It holds a tensor, under several shapes perhaps; or none, when it is the scratch of step `birth`.
    """

    tensors: tuple[Tensor, ...]
    size: int
    birth: int
    death: int

    def __str__(self) -> str:
        return str(self.tensors[0]) if self.tensors else f"the scratch of step {self.birth}"

    def meets(self, other: Buffer) -> bool:
        """Whether both are alive at some step."""
        return self.birth <= other.death and other.birth <= self.death


@dataclass(frozen=True)
class Plan:
    """Offsets in bytes from the beginning of the arena."""

    offsets: dict[Tensor, int]
    scratch: dict[Step, int]
    arena: int
    lower_bound: int
    """No plan of these buffers can be smaller."""


# (input, output) buffers of a step whose kernel lets them overlap -> the least distance from output to input, in bytes.
Leads = dict[tuple[Buffer, Buffer], int]


def plan(program: Program) -> Plan:
    """The smallest arena found for `program`: the same program gives the same plan."""
    buffers = _buffers(program)
    leads = _leads(program, buffers)
    bound = _lower_bound(program, buffers, leads)
    joined = [pair for pair in leads if (call := program.steps[pair[1].birth].call) and call.joins]
    best: tuple[tuple[int, int], dict[Buffer, int]] | None = None
    for tried, order in enumerate(_orders(buffers)):
        for offsets in _placements(order, leads, program.alignment, bool(joined)):
            arena = max(offset + buffer.size for buffer, offset in offsets.items())
            copied = sum(pair[0].size for pair in joined if offsets[pair[0]] - offsets[pair[1]] != leads[pair])
            if best is None or (arena, copied) < best[0]:
                best = (arena, copied), offsets
        if best and best[0][0] == bound and (best[0][1] == 0 or tried > _ORDERS_FOR_COPIES):
            break
    assert best is not None, "a graph has at least its input"
    (arena, _), offsets = best
    _prove(offsets, leads, program.alignment)
    return Plan(
        offsets={tensor: offset for buffer, offset in offsets.items() for tensor in buffer.tensors},
        scratch={program.steps[buffer.birth]: offset for buffer, offset in offsets.items() if not buffer.tensors},
        arena=arena,
        lower_bound=bound,
    )


def lower_bound(program: Program) -> int:
    """Bytes below which no plan of `program` can be; far quicker to find than a plan."""
    buffers = _buffers(program)
    return _lower_bound(program, buffers, _leads(program, buffers))


def _buffers(program: Program) -> list[Buffer]:
    """The program's tensors, grouped where a step computes nothing, and the steps' scratch, with their lifetimes."""
    graph, steps = program.graph, program.steps
    last_use = {tensor: at for at, step in enumerate(steps) for tensor in step.reads}
    variables = {state.following: state.tensor for state in graph.states}
    kept = [*(door.tensor for door in graph.outputs), *variables.values()]
    last_use |= dict.fromkeys(kept, len(steps))
    given = [*([] if program.streamed else [door.tensor for door in graph.inputs]), *variables.values()]
    groups: dict[Tensor, list[Tensor]] = {tensor: [tensor] for tensor in given}
    births = dict.fromkeys(given, -1)
    root = {tensor: tensor for tensor in given}
    for at, step in enumerate(steps):
        same = step.inputs[0] if step.call is None else variables.get(step.output)
        if same is not None:
            root[step.output] = root[same]
            groups[root[step.output]].append(step.output)
        else:
            root[step.output] = step.output
            groups[step.output] = [step.output]
            births[step.output] = at
    _check_variables(program, root)
    held = [
        Buffer(
            tuple(tensors), first.bytes, births[first], max(last_use.get(tensor, births[first]) for tensor in tensors)
        )
        for first, tensors in groups.items()
    ]
    calls = [step.call for step in steps]
    return held + [Buffer((), call.scratch, at, at) for at, call in enumerate(calls) if call and call.scratch]


def _check_variables(program: Program, root: dict[Tensor, Tensor]) -> None:
    """Raise UnsupportedError where what a variable holds is wanted when it holds something else already."""
    variables = {state.tensor: state for state in program.graph.states}
    following = {state.following for state in variables.values()}
    assigned = [step.inputs[0] for step in program.steps if step.output in following]
    for tensor in (*(door.tensor for door in program.graph.outputs), *assigned):
        if state := variables.get(root[tensor]):
            raise UnsupportedError(
                f"an output or a variable of the network is given what its variable '{state.name}' held before; "
                "copy that by an op first, as by adding 0."
            )


def _leads(program: Program, buffers: Iterable[Buffer]) -> Leads:
    """The pairs that may overlap although they meet: the step is the last to use that input."""
    buffer_of = {tensor: buffer for buffer in buffers for tensor in buffer.tensors}
    return {
        (source, buffer_of[step.output]): lead
        for at, step in enumerate(program.steps)
        if step.call
        for source, lead in leads_of(step.call, [buffer_of[tensor] for tensor in step.reads]).items()
        if source.death == at
    }


def _lower_bound(program: Program, buffers: list[Buffer], leads: Leads) -> int:
    """Bytes alive at the fullest step, each overlap at its largest."""

    def alive(at: int) -> int:
        here = [buffer for buffer in buffers if buffer.birth <= at <= buffer.death]
        pairs = [(source, output, lead) for (source, output), lead in leads.items() if output.birth == at]
        shared = sum(shareable(source.size, output.size, lead) for source, output, lead in pairs)
        return sum(buffer.size for buffer in here) - min([shared, *(output.size for _, output, _ in pairs)])

    return max(alive(at) for at in range(-1, len(program.steps) + 1))


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


def _placements(order: Iterable[Buffer], leads: Leads, alignment: int, joins: bool) -> Iterator[dict[Buffer, int]]:
    """Each buffer in turn at the lowest free offset; where steps join, also with the inputs rather in their places."""
    yield _place(order, leads, alignment, False)
    if joins:
        yield _place(order, leads, alignment, True)


def _place(order: Iterable[Buffer], leads: Leads, alignment: int, in_place_first: bool) -> dict[Buffer, int]:
    """Each buffer in turn at an offset that is free of every buffer it meets."""
    placed: dict[Buffer, int] = {}
    for buffer in order:
        neighbours = [(other, offset) for other, offset in placed.items() if other.meets(buffer)]
        behind = {offset + leads[buffer, other] for other, offset in neighbours if (buffer, other) in leads}
        before = {offset - leads[other, buffer] for other, offset in neighbours if (other, buffer) in leads}
        candidates = {0, *behind, *(at // alignment * alignment for at in before)}
        candidates |= {at for other, offset in neighbours for at in (offset, offset + other.size)}
        placed[buffer] = min(
            (
                at
                for at in (-(-candidate // alignment) * alignment for candidate in candidates)
                if at >= 0 and all(_compatible(buffer, at, other, offset, leads) for other, offset in neighbours)
            ),
            key=lambda at: (in_place_first and at not in behind | before, at),
        )
    return placed


def _compatible(a: Buffer, at: int, b: Buffer, offset: int, leads: Leads) -> bool:
    """Whether `a` at `at` and `b` at `offset` lie apart, or overlap as the step between them allows."""
    if at + a.size <= offset or offset + b.size <= at:
        return True
    if (a, b) in leads:
        return at - offset >= leads[a, b]
    return (b, a) in leads and offset - at >= leads[b, a]


def _prove(offsets: dict[Buffer, int], leads: Leads, alignment: int) -> None:
    """No two buffers that are alive together overlap, but for input and output of a step that allows it."""
    for (a, at), (b, offset) in combinations(offsets.items(), 2):
        if a.meets(b) and not _compatible(a, at, b, offset, leads):
            raise EdgecnnError(f"the memory plan lets {a} and {b} overlap; please report this.")
    if any(offset < 0 or offset % alignment for offset in offsets.values()):
        raise EdgecnnError("the memory plan does not align its buffers; please report this.")

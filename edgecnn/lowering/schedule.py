"""In which order the steps of a branched network run: the one that needs the least memory at once."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from ..tensor import Tensor
from .program import Step, leads_of, shareable

_STATES = 4000  # sets of finished steps that the search looks at, before it gives way to the greedy order

Order = tuple[int, ...]  # of positions in the given steps


def scheduled(steps: tuple[Step, ...], kept: Iterable[Tensor]) -> tuple[Step, ...]:
    """`steps`, which can run as they are given, in the order with the least peak found; as they are if none is better.

    What is `kept` is needed after the last step. The peak is the memory that the planner proves to be needed before it
    places anything. The search over the sets of steps that can have run finds the least of all orders; where those sets
    are too many, a greedy order is tried.
    """
    memory = _Memory(steps, kept)
    given = tuple(range(len(steps)))
    if all(len(memory.ready((1 << done) - 1)) == 1 for done in given):
        return steps  # a chain
    limit = memory.peak(given)
    best = _search(memory, limit) if limit > memory.least else None
    return steps if best is None else tuple(steps[index] for index in best)


def _search(memory: _Memory, limit: int) -> Order | None:
    """The order with the least peak below `limit`, if any: best first, of equals the one nearest to the given."""
    open_states: list[tuple[int, int, Order, int]] = [(0, 0, (), 0)]  # peak, -finished, how, set of finished
    seen = set()
    while open_states:
        peak, _, order, done = heapq.heappop(open_states)
        if done == memory.everything:
            return order
        if done in seen:
            continue
        seen.add(done)
        if len(seen) > _STATES:
            greedy = _greedy(memory)
            return greedy if memory.peak(greedy) < limit else None
        held = memory.held(done)
        for index in memory.ready(done):
            reached = max(peak, held + memory.added(done, index))
            if reached < limit:
                heapq.heappush(open_states, (reached, -len(order) - 1, (*order, index), done | 1 << index))
    return None


def _greedy(memory: _Memory) -> Order:
    """Always the step after which the least is held; of equals the one that needs the least while it runs."""
    order: Order = ()
    done = 0
    while done != memory.everything:
        index = min(memory.ready(done), key=lambda i: (memory.held(done | 1 << i), memory.added(done, i), i))
        order, done = (*order, index), done | 1 << index
    return order


class _Memory:
    """What is held when. A set of steps is a number: bit i is the step at position i."""

    def __init__(self, steps: tuple[Step, ...], kept: Iterable[Tensor]):
        self.everything = (1 << len(steps)) - 1
        self.calls = [step.call for step in steps]
        self.scratch = [call.scratch if call else 0 for call in self.calls]
        buffers: dict[Tensor, Tensor] = {}  # the first tensor of the memory that a tensor lies in
        for step in steps:
            buffers[step.output] = step.output if step.call else buffers.get(step.inputs[0], step.inputs[0])
        self.inputs = [[buffers.get(tensor, tensor) for tensor in step.inputs] for step in steps]
        self.outputs = [buffers[step.output] for step in steps]
        self.kept = {buffers.get(tensor, tensor) for tensor in kept}
        made = {step.output: 1 << index for index, step in enumerate(steps)}
        self.after = [sum({made[tensor] for tensor in step.inputs if tensor in made}) for step in steps]
        self.makers: dict[Tensor, int] = {}
        self.users: dict[Tensor, int] = {}
        for index, inputs in enumerate(self.inputs):
            if self.calls[index]:
                self.makers[self.outputs[index]] = 1 << index
            for tensor in inputs:
                self.users[tensor] = self.users.get(tensor, 0) | 1 << index

    @property
    def least(self) -> int:
        """What the most demanding step needs in every order."""
        return max(
            sum(tensor.bytes for tensor in {*inputs, output}) + scratch - self.shared(self.everything, index)
            for index, (inputs, output, scratch) in enumerate(zip(self.inputs, self.outputs, self.scratch, strict=True))
        )

    def ready(self, done: int) -> list[int]:
        """The steps that can run after those of the set `done`."""
        return [i for i, after in enumerate(self.after) if not done >> i & 1 and after & ~done == 0]

    def held(self, done: int) -> int:
        """Bytes that are still needed after the steps of the set `done`."""
        return sum(
            tensor.bytes
            for tensor in self.users.keys() | self.kept
            if self.makers.get(tensor, 0) & ~done == 0  # made, or given: the network's input
            and (tensor in self.kept or self.users[tensor] & ~done)
        )

    def added(self, done: int, index: int) -> int:
        """Bytes on top of what is held, while step `index` runs after those of the set `done`."""
        if not self.calls[index]:
            return 0
        return self.outputs[index].bytes + self.scratch[index] - self.shared(done, index)

    def shared(self, done: int, index: int) -> int:
        """Bytes of the output that may lie over inputs which nobody needs after it and the steps of the set `done`."""
        output, call = self.outputs[index], self.calls[index]
        leads = leads_of(call, self.inputs[index]) if call else {}
        sizes = [
            shareable(tensor.bytes, output.bytes, lead)
            for tensor, lead in leads.items()
            if tensor not in self.kept and not self.users[tensor] & ~(done | 1 << index)
        ]
        return min(sum(sizes), output.bytes)

    def peak(self, order: Order) -> int:
        """The most bytes at once."""
        peak = done = 0
        for index in order:
            peak = max(peak, self.held(done) + self.added(done, index))
            done |= 1 << index
        return peak

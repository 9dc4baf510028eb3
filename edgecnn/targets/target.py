"""A core that code is generated for: which kernels it has beside the plain ones, and when each is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import UsageError
from ..ops.kernel import KernelCall
from ..program.program import Step
from ..support.names import unknown

OPTIMIZE = {
    "balanced": "most of the speed for little code and RAM",
    "speed": "fewest instructions",
    "size": "least code",
    "ram": "smallest arena",
}

Pack = Callable[[Step], KernelCall | None]
"""The call of a core's own kernel, its weights packed as it reads them; None where it does not serve the step."""


@dataclass(frozen=True)
class Target:
    """A core: the first of `kernels[optimize]` that serves a step is taken, and the plain kernel where none does."""

    name: str
    title: str
    kernels: Mapping[str, tuple[Pack, ...]] = field(default_factory=dict)
    alignment: int = 1
    """Of tensors and scratch in the arena, in bytes."""
    machines: tuple[str, ...] | None = ()
    """Names of the computers (platform.machine) on which its code runs as it is; None: on all."""

    def check(self, optimize: str) -> None:
        """Raise UsageError unless `optimize` is known."""
        if optimize not in OPTIMIZE:
            raise UsageError(unknown("optimization mode", optimize, OPTIMIZE))

    def choose(self, step: Step, optimize: str) -> Step:
        """`step` with the call of the best kernel that this core has for it."""
        if step.call is None:
            return step
        calls = (pack(step) for pack in self.kernels.get(optimize, ()))
        return replace(step, call=next((call for call in calls if call), step.call))

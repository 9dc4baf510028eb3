"""The comparison itself: every implementation on all data, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.grading import Grading
from ..door import Codes, named
from ..errors import EdgecnnError
from ..graph import Graph
from ..host import HostModel
from ..interpreter import trace
from ..oracles import Oracle
from ..oracles.trust import not_deciding
from ..support.metrics import Fidelity
from ..support.progress import bar
from ..tensor import Tensor
from .data import Data
from .float_reference import FloatReference
from .party import Party
from .where import Where


class Comparison:
    """What `compare` finds: `ours` in C and the `others`, how close each layer is to the float model's, and what the
    graded output said on the rows of the data set, part by part: `codes`, and `reals` of the float model."""

    def __init__(
        self,
        graph: Graph,
        hosts: Mapping[str, HostModel],
        oracles: Sequence[Oracle],
        reference: FloatReference | None,
        data: Data,
        grading: Grading | None,
        where: Mapping[Tensor, Where],
    ):
        self._graph, self._hosts, self._oracles = graph, hosts, oracles
        self._reference, self._data, self._grading = reference, data, grading
        self.ours = [
            Party(name, f"{h.compiler.version}, {' '.join(h.flags)}", True, where) for name, h in hosts.items()
        ]
        self.others = [
            Party(o.name, o.version, o.exact, where, True, not_deciding(o.name, graph) if o.exact else {})
            for o in oracles
        ]
        known = set(graph.tensors)
        self.layers = {t: Fidelity(t.scale, t.zero_point) for t in where if t in known}
        self.codes: list[Codes] = []
        self.reals: list[NDArray[np.float32]] = []

    def compare(self) -> None:
        """All implementations on all data."""
        # Each oracle is a process of its own: they compute while this one does.
        with bar("Verifying", len(self._data)) as progress, ThreadPoolExecutor() as pool:
            for part, label in self._data.parts():
                self._part(part, label, pool)
                progress.advance(part.stop - part.start)

    def _part(self, part: slice, label: str, pool: ThreadPoolExecutor) -> None:
        graph, codes = self._graph, self._data.part(part)
        own = {door.index: door.from_codes(codes[door.name]) for door in graph.inputs}
        answers = [
            (party, pool.submit(oracle.evaluate, graph.source, own))
            for party, oracle in zip(self.others, self._oracles, strict=True)
            if not party.failure
        ]
        ours = trace(graph, codes)
        for party, c in zip(self.ours, self._hosts.values(), strict=True):
            party.compare(ours, c.trace(codes) | _outputs(graph, c.evaluate(codes)), label)
        if part.stop <= self._data.real:
            self._keep(ours, part)
        for party, answer in answers:
            _take(party, answer, ours, label)

    def _keep(self, ours: dict[Any, NDArray[Any]], part: slice) -> None:
        """What real data say of the layers and of the graded output."""
        reals = self._reference.trace(self._data.reals(part)) if self._reference else {}
        for tensor, fidelity in self.layers.items():
            fidelity.add(ours[tensor], reals.get(tensor))
        if self._grading:
            graded = self._grading.door.tensor
            self.codes.append(ours[graded])
            self.reals += [reals[graded]] if reals else []


def _take(party: Party, answer: Future[dict[int, NDArray[Any]]], ours: Any, label: str) -> None:
    """Compare with an oracle's answer; one that fails on this model is out, with its reason."""
    try:
        party.compare(ours, answer.result(), label)
    except EdgecnnError as error:
        party.failure = str(error)


def _outputs(graph: Graph, codes: Any) -> dict[int, NDArray[Any]]:
    """Output codes as `HostModel.evaluate` gives them, by their tensors' indices."""
    by_name = named(graph.outputs, codes)
    return {door.tensor.index: by_name[door.name] for door in graph.outputs}

"""The comparison itself, and the grades of what was compared."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..converted import Converted
from ..converters.c_names import name_of
from ..converters.tflite_to_graph import read_tflite
from ..errors import EdgecnnError, UsageError
from ..float_reference import FloatReference
from ..graph import Graph
from ..host import HostModel
from ..interpreter import trace
from ..metrics import Fidelity, accuracy, confusion
from ..oracles import Oracle, available
from ..oracles.trust import not_deciding
from ..progress import bar
from ..version import VERSION
from .data import AS_TRAINED, RANDOM_SEED, Data, suitable
from .party import Party
from .result import Verification
from .where import everywhere

CONVERTED = "C (as converted)"
_QUANTIZATION_AWARE = (
    "trained so; float is without the fake quantization of activations, kernels are rounded as trained"
)


def verify(
    model: str | Path,
    *,
    dataset: str | None = AS_TRAINED,
    data_dir: str | Path | None = None,
    limit: int = 1000,
    random: int = 256,
    keras: str | Path | None = None,
    with_oracles: bool = True,
    trust: bool = False,
) -> Verification:
    """Compare every implementation of a .tflite file, or of a folder that `write_c` made, layer by layer.

    The data are the first `limit` test images of `dataset` (None: none) and `random` images of random full-range bytes.
    A network with another number of outputs than the data set has classes is compared on it and not graded.
    `keras` is the float model; when it is not given, a .keras file of the same name beside the .tflite is taken.
    The C of a folder must be what this version makes of its model, unless `trust` says that any may run.
    Raises the errors of `read_tflite` and `HostModel`, and UsageError when no exact oracle is installed although
    `with_oracles`. A difference is not raised: see `Verification.check`.
    """
    model = Path(model)
    with ExitStack() as stack:
        networks = _networks(model, trust)
        graph = networks[CONVERTED].graph
        hosts = {name: HostModel(network) for name, network in networks.items()}
        host = hosts[CONVERTED]
        oracles = [stack.enter_context(oracle) for oracle in _oracles(with_oracles)]
        keras = Path(keras) if keras else model.with_suffix(".keras")
        one = len(graph.inputs) == len(graph.outputs) == 1
        reference = FloatReference(keras, graph) if one and keras.is_file() else None
        folder = Path(data_dir) if data_dir else None
        notes = _not_as_converted(networks[CONVERTED], host)
        if dataset == AS_TRAINED:
            dataset, of_the_data = suitable(graph, keras, folder)
            notes += of_the_data
        data = Data.load(graph, dataset, folder, limit, random)
        where = everywhere(networks[CONVERTED], at_hand=model.is_dir())
        ours_in_c = [
            Party(name, f"{h.compiler.version}, {' '.join(h.flags)}", True, where) for name, h in hosts.items()
        ]
        others = [
            Party(o.name, o.version, o.exact, where, True, not_deciding(o.name, graph) if o.exact else {})
            for o in oracles
        ]
        result = Verification(
            name=host.name,
            graph=graph,
            manifest=host.manifest,
            parties=[*ours_in_c, *others],
            layers={t: Fidelity(t.scale, t.zero_point) for t in where if t in set(graph.tensors)},
            where=where,
            data=data.facts,
            provenance=_provenance(graph, host, data, reference),
            notes=notes,
        )
        int8_classes, float_classes = [], []
        # Each oracle is a process of its own: they compute while this one does.
        with bar("Verifying", len(data)) as progress, ThreadPoolExecutor() as pool:
            for part, label in data.parts():
                codes = data.part(part)
                own = {door.index: door.from_codes(codes[door.name]) for door in graph.inputs}
                answers = [
                    (party, pool.submit(oracle.evaluate, graph.source, own))
                    for party, oracle in zip(others, oracles, strict=True)
                    if not party.failure
                ]
                ours = trace(graph, codes)
                for party, c in zip(ours_in_c, hosts.values(), strict=True):
                    party.compare(ours, c.trace(codes) | _outputs(graph, c.evaluate(codes)), label)
                real = part.stop <= data.real
                reals = reference.trace(data.images[part]) if reference and real else {}
                for party, answer in answers:
                    _take(party, answer, ours, label)
                if real:
                    for tensor, fidelity in result.layers.items():
                        fidelity.add(ours[tensor], reals.get(tensor))
                    if one:
                        int8_classes.append(_classes(ours[graph.output]))
                        float_classes.append(_classes(reals[graph.output]) if reals else np.empty(0, np.int64))
                progress.advance(part.stop - part.start)
        result.undecided = _undecided(graph, others) if with_oracles else []
        if data.split and one:
            _grade(result, data, np.concatenate(int8_classes), np.concatenate(float_classes))
    return result


def _oracles(wanted: bool) -> list[Oracle]:
    oracles = available() if wanted else []
    if wanted and not any(oracle.exact for oracle in oracles):
        raise UsageError(
            "no exact TFLite oracle is installed; pip install 'edgecnn[oracle]' on Linux, or compare NumPy with C "
            "alone by --without-oracles."
        )
    return oracles


def _take(party: Party, answer: Future[dict[int, NDArray[Any]]], ours: Any, label: str) -> None:
    """Compare with an oracle's answer; one that fails on this model is out, with its reason."""
    try:
        party.compare(ours, answer.result(), label)
    except EdgecnnError as error:
        party.failure = str(error)


def _undecided(graph: Graph, parties: list[Party]) -> list[str]:
    """Layers for which no exact oracle's word counts."""
    deciding = [party for party in parties if party.decides]
    return [op.output.name for op in graph.ops if all(op.output in party.not_deciding for party in deciding)]


def _outputs(graph: Graph, codes: Any) -> dict[int, NDArray[Any]]:
    """Output codes as `HostModel.evaluate` gives them, by their tensors' indices."""
    named = codes if isinstance(codes, dict) else {graph.outputs[0].name: codes}
    return {door.tensor.index: named[door.name] for door in graph.outputs}


def _classes(outputs: NDArray[Any]) -> NDArray[np.int64]:
    classes: NDArray[np.int64] = outputs.reshape(len(outputs), -1).argmax(axis=1)
    return classes


def _grade(result: Verification, data: Data, int8: NDArray[np.int64], real: NDArray[np.int64]) -> None:
    assert data.split is not None
    outputs, classes = result.graph.output.size, len(data.classes)
    if outputs != classes:
        result.notes.append(
            f"{result.name} has {outputs:,} outputs and {data.facts['dataset']} {classes} classes, so it was compared "
            "on these images and not graded."
        )
        return
    labels = data.split.labels
    result.int8_accuracy = accuracy(int8, labels)
    result.classes = data.classes
    result.confusion = confusion(int8, labels, classes)
    if len(real):
        result.float_accuracy = accuracy(real, labels)
        right, was_right = int8 == labels, real == labels
        result.flips = int((was_right & ~right).sum()), int((~was_right & right).sum())


def _networks(model: Path, trust: bool) -> dict[str, Converted]:
    """As C: of a folder what is in it, of a .tflite file what would be written, and once more with no op fused."""
    if model.is_dir():
        return {CONVERTED: Converted.open(model, trust=trust)}
    graph, name = read_tflite(model), name_of(model)
    ways = {"C (op by op)": False, CONVERTED: True}
    return {way: Converted.of(graph, str(model), name=name, fuse=fuse) for way, fuse in ways.items()}


def _not_as_converted(network: Converted, host: HostModel) -> list[str]:
    """What to say of a folder whose own C did not run here."""
    target = network.manifest.target
    if host.converted is network:
        return []
    return [
        f"this computer has no compiler for {target}, so the generic C of the same network was compared; a board, or "
        f"its emulator, proves the kernels for {target}: `edgecnn eval`."
    ]


def _provenance(graph: Graph, host: HostModel, data: Data, reference: FloatReference | None) -> dict[str, Any]:
    return {
        "edgecnn": VERSION,
        "tflite_sha256": graph.sha256,
        "keras": reference.path.name if reference else None,
        "quantization_aware": _QUANTIZATION_AWARE if reference and reference.quantization_aware else None,
        "c_sha256": host.sha256,
        "data_sha256": data.facts.get("sha256"),
        "random_seed": RANDOM_SEED,
        "compiler": host.compiler.version,
        "flags": " ".join(host.flags),
        "numpy": np.__version__,
    }

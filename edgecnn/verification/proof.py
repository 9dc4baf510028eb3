"""The whole proof: what is compared on which data, and what is made of it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from ..converted import Converted
from ..converters.c_names import name_of
from ..converters.tflite_to_graph import read_tflite
from ..datasets.grading import Grading, grading_of
from ..errors import UsageError
from ..graph import Graph
from ..host import HostModel
from ..oracles import Oracle, available
from ..version import VERSION
from .comparison import Comparison
from .data import AS_TRAINED, RANDOM_SEED, Data, suitable
from .float_reference import FloatReference
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
    output: str | None = None,
    metric: str | None = None,
    keras: str | Path | None = None,
    with_oracles: bool = True,
    trust: bool = False,
) -> Verification:
    """Compare every implementation of a .tflite file, or of a folder that `write_c` made, layer by layer.

    The data are the first `limit` test rows of `dataset` (None: none) and `random` rows of random full-range bytes.
    `output` says which output is graded (default: the only one that the data have answers for), `metric` how: see
    `edgecnn.datasets.grading`. A network with another number of outputs than the data set has classes is compared on
    it and not graded. `keras` is the float model; when it is not given, a .keras file of the same name beside the
    .tflite is taken.
    The C of a folder must be what this version makes of its model, unless `trust` says that any may run.
    Raises the errors of `read_tflite` and `HostModel`, and UsageError when no exact oracle is installed although
    `with_oracles`, or the data or what is to be graded do not suit. A difference is not raised: see
    `Verification.check`.
    """
    model = Path(model)
    with ExitStack() as stack:
        networks = _networks(model, trust)
        graph = networks[CONVERTED].graph
        keras = Path(keras) if keras else model.with_suffix(".keras")
        folder = Path(data_dir) if data_dir else None
        dataset, notes = suitable(graph, keras, folder) if dataset == AS_TRAINED else (dataset, [])
        data = Data.load(graph, dataset, folder, limit, random)
        grading = _grading(graph, networks[CONVERTED].manifest.name, data, output, metric)
        hosts = {name: HostModel(network) for name, network in networks.items()}
        host = hosts[CONVERTED]
        oracles = [stack.enter_context(oracle) for oracle in _oracles(with_oracles)]
        one = len(graph.inputs) == len(graph.outputs) == 1
        reference = FloatReference(keras, graph) if one and keras.is_file() else None
        where = everywhere(networks[CONVERTED], at_hand=model.is_dir())
        run = Comparison(
            graph, hosts, oracles, reference, data, grading if isinstance(grading, Grading) else None, where
        )
        run.compare()
    notes = [*_not_as_converted(networks[CONVERTED], host), *notes]
    result = Verification(
        name=host.name,
        graph=graph,
        manifest=host.manifest,
        parties=[*run.ours, *run.others],
        layers=run.layers,
        where=where,
        data=data.facts,
        provenance=_provenance(graph, host, data, reference),
        undecided=_undecided(graph, run.others) if with_oracles else [],
        notes=notes,
    )
    if isinstance(grading, Grading):
        _grade(result, grading, run)
    elif grading:
        notes.append(f"{grading}, so it was compared on these images and not graded.")
    return result


def _grading(graph: Graph, name: str, data: Data, output: str | None, metric: str | None) -> Grading | str:
    """What is graded, or why nothing is; nothing is said where there is no data set."""
    if data.split is None:
        if output or metric:
            raise UsageError("random bytes are not graded; name a --dataset for --output and --metric.")
        return ""
    about = {"network": name, "data": data.facts["dataset"], "classes": data.classes}
    return grading_of(graph.outputs, data.split, **about, output=output, metric=metric)


def _oracles(wanted: bool) -> list[Oracle]:
    oracles = available() if wanted else []
    if wanted and not any(oracle.exact for oracle in oracles):
        raise UsageError(
            "no exact TFLite oracle is installed; pip install 'edgecnn[oracle]' on Linux, or compare NumPy with C "
            "alone by --without-oracles."
        )
    return oracles


def _undecided(graph: Graph, parties: list[Party]) -> list[str]:
    """Layers for which no exact oracle's word counts."""
    deciding = [party for party in parties if party.decides]
    return [op.output.name for op in graph.ops if all(op.output in party.not_deciding for party in deciding)]


def _grade(result: Verification, grading: Grading, run: Comparison) -> None:
    int8 = grading.door.reals_of(np.concatenate(run.codes))
    answers = {"float": np.concatenate(run.reals)} if run.reals else {}
    answers["int8"] = int8
    result.grading = grading
    result.grades = {kind: grading.grade(values) for kind, values in answers.items()}
    if grading.by_class:
        known = grading.classes or result.graph.classes_of(grading.door)
        result.classes = known or tuple(map(str, range(grading.door.tensor.size)))
        result.confusion = grading.confusion(int8)
        result.flips = grading.flips(answers["float"], int8) if "float" in answers else None


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

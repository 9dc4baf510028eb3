"""The proof: float Keras, TFLite's own interpreters, NumPy and the generated C, layer by layer, byte for byte."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import datasets
from .converters.graph_to_c import name_of, write_c
from .converters.tflite_to_graph import read_tflite
from .errors import EdgecnnError, UsageError, VerificationError
from .fixed_point import quantize
from .float_reference import FloatReference
from .folder import read_folder
from .graph import Graph
from .host import HostModel
from .interpreter import CHUNK, trace
from .metrics import FORMULAS, Accuracy, Fidelity, accuracy, confusion
from .oracles import Oracle, available
from .oracles.trust import not_deciding
from .progress import bar
from .tensor import Tensor
from .version import VERSION

RANDOM_SEED = 0
CONVERTED = "C (as converted)"
QUANTIZATION_AWARE = "trained so; float is without the fake quantization of activations, kernels are rounded as trained"
AS_TRAINED = "as trained"
"""The data set that the .keras file names, where its files are here; else digits if it suits the network, or none."""
_ANYWHERE = "digits"  # comes with scikit-learn


@dataclass
class Party:
    """An implementation that is compared with the NumPy integers; `exact` ones must be equal in every byte."""

    name: str
    version: str
    exact: bool
    oracle: bool = False
    """Whether it is TFLite's own, and not ours."""
    not_deciding: dict[Tensor, str] = field(default_factory=dict)
    failure: str = ""
    bytes: int = 0
    unequal_bytes: int = 0
    max_difference: int = 0
    first: str = ""
    """The first layer that differed, with the data on which it did."""

    def compare(self, ours: dict[Tensor, NDArray[np.int8]], theirs: dict[int, NDArray[np.int8]], data: str) -> None:
        """Count the differences in every tensor that this party has and decides."""
        for position, (tensor, codes) in enumerate(ours.items()):
            if tensor.index not in theirs or tensor in self.not_deciding:
                continue
            difference = np.abs(codes.astype(np.int16).ravel() - theirs[tensor.index].ravel())
            self.bytes += difference.size
            if unequal := int(np.count_nonzero(difference)):
                self.unequal_bytes += unequal
                self.max_difference = max(self.max_difference, int(difference.max()))
                self.first = self.first or f"layer {position - 1} ({tensor}), on {data}"

    @property
    def decides(self) -> bool:
        """Whether its word counts: it is exact and it ran."""
        return self.exact and not self.failure

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "exact": self.exact,
            "failure": self.failure or None,
            "bytes_compared": self.bytes,
            "unequal_bytes": self.unequal_bytes,
            "max_difference_lsb": self.max_difference,
            "first_difference": self.first or None,
            "not_deciding": {tensor.name: reason for tensor, reason in self.not_deciding.items()},
        }


@dataclass
class Verification:
    """What `verify` found; `to_json` is what the command prints with --json."""

    name: str
    graph: Graph
    manifest: dict[str, Any]
    parties: list[Party]
    layers: dict[Tensor, Fidelity]
    data: dict[str, Any]
    provenance: dict[str, Any]
    undecided: list[str] = field(default_factory=list)
    float_accuracy: Accuracy | None = None
    int8_accuracy: Accuracy | None = None
    flips: tuple[int, int] | None = None
    confusion: NDArray[np.int64] | None = None
    classes: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    """What was not done with the data, one sentence each."""

    @property
    def unequal_bytes(self) -> int:
        """Bytes in which an exact party differs from the NumPy integers."""
        return sum(party.unequal_bytes for party in self.parties if party.exact)

    @property
    def ok(self) -> bool:
        """Whether every layer was decided and nothing differed."""
        return self.unequal_bytes == 0 and not self.undecided

    def check(self) -> None:
        """Raise VerificationError, naming the first layer that differs, unless `ok`."""
        for party in self.parties:
            if party.exact and party.unequal_bytes:
                raise VerificationError(
                    f"{party.name} and NumPy differ in {party.unequal_bytes:,} of {party.bytes:,} bytes, first in "
                    f"{party.first}; the device would not compute what was promised, please report this."
                )
        if self.undecided:
            failures = "".join(f"; {party.name}: {party.failure}" for party in self.parties if party.failure)
            raise VerificationError(
                f"no exact oracle decides {', '.join(self.undecided)}{failures}; nothing is proved."
            )

    def __str__(self) -> str:
        from .report import text  # the report is made of this class

        return text(self)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ok": self.ok,
            "n": self.data["n"],
            "accuracy": self.int8_accuracy.share if self.int8_accuracy else None,
            "unequal_bytes": self.unequal_bytes,
            "data": self.data,
            "notes": self.notes,
            "parties": [party.to_json() for party in self.parties],
            "undecided": self.undecided,
            "float": self.float_accuracy.to_json() if self.float_accuracy else None,
            "int8": self.int8_accuracy.to_json() if self.int8_accuracy else None,
            "flips": dict(zip(("right_to_wrong", "wrong_to_right"), self.flips, strict=True)) if self.flips else None,
            "confusion": self.confusion.tolist() if self.confusion is not None else None,
            "layers": [
                {
                    "name": tensor.name,
                    "shape": list(tensor.shape[1:]),
                    "scale": tensor.scale,
                    "zero_point": tensor.zero_point,
                    **fidelity.to_json(),
                }
                for tensor, fidelity in self.layers.items()
            ],
            "arena": self.manifest["arena"],
            "flash_estimate": self.manifest["flash_estimate"],
            "provenance": self.provenance,
            "formulas": FORMULAS,
        }


def verify(
    model: str | Path,
    *,
    dataset: str | None = AS_TRAINED,
    data_dir: str | Path | None = None,
    limit: int = 1000,
    random: int = 256,
    keras: str | Path | None = None,
    with_oracles: bool = True,
) -> Verification:
    """Compare every implementation of a .tflite file, or of a folder that `write_c` made, layer by layer.

    The data are the first `limit` test images of `dataset` (None: none) and `random` images of random full-range bytes.
    A network with another number of outputs than the data set has classes is compared on it and not graded.
    `keras` is the float model; when it is not given, a .keras file of the same name beside the .tflite is taken.
    Raises the errors of `read_tflite` and `HostModel`, and UsageError when no exact oracle is installed although
    `with_oracles`. A difference is not raised: see `Verification.check`.
    """
    model = Path(model)
    with ExitStack() as stack:
        graph, folders = stack.enter_context(_opened(model))
        hosts = {name: HostModel(folder) for name, folder in folders.items()}
        host = hosts[CONVERTED]
        oracles = [stack.enter_context(oracle) for oracle in _oracles(with_oracles)]
        keras = Path(keras) if keras else model.with_suffix(".keras")
        reference = FloatReference(keras, graph) if keras.is_file() else None
        folder = Path(data_dir) if data_dir else None
        notes: list[str] = []
        if dataset == AS_TRAINED:
            dataset, notes = _suitable(graph, keras, folder)
        data = _Data.load(graph, dataset, folder, limit, random)
        ours_in_c = [Party(name, f"{h.compiler.version}, {' '.join(h.flags)}", exact=True) for name, h in hosts.items()]
        others = [
            Party(o.name, o.version, o.exact, True, not_deciding(o.name, graph) if o.exact else {}) for o in oracles
        ]
        result = Verification(
            name=host.name,
            graph=graph,
            manifest=host.manifest,
            parties=[*ours_in_c, *others],
            layers={tensor: Fidelity(tensor.scale, tensor.zero_point) for tensor in graph.tensors},
            data=data.facts,
            provenance=_provenance(graph, host, data, reference),
            notes=notes,
        )
        int8_classes, float_classes = [], []
        with bar("Verifying", len(data.codes)) as progress:
            for part, label in data.parts():
                codes = data.codes[part]
                ours = trace(graph, codes)
                for party, c in zip(ours_in_c, hosts.values(), strict=True):
                    party.compare(ours, c.trace(codes) | {graph.output.index: c.invoke(codes)}, label)
                for party, oracle in zip(others, oracles, strict=True):
                    _ask(party, oracle, graph, codes, ours, label)
                real = part.stop <= data.real
                reals = reference.trace(data.images[part]) if reference and real else {}
                if real:
                    for tensor, fidelity in result.layers.items():
                        fidelity.add(ours[tensor], reals.get(tensor))
                    int8_classes.append(_classes(ours[graph.output]))
                    float_classes.append(_classes(reals[graph.output]) if reals else np.empty(0, np.int64))
                progress.advance(len(codes))
        result.undecided = _undecided(graph, others) if with_oracles else []
        if data.split:
            _grade(result, data, np.concatenate(int8_classes), np.concatenate(float_classes))
    return result


def _suitable(graph: Graph, keras: Path, folder: Path | None) -> tuple[str | None, list[str]]:
    """A data set that can be had without a download, and what to say if it is not the one of the training."""
    from .training import provenance

    trained_on = provenance(keras).get("dataset")
    if trained_on and datasets.available(trained_on, folder):
        return trained_on, []
    here = datasets.available(_ANYWHERE)
    suits = here and datasets.load(_ANYWHERE).test.images.shape[1:] == graph.input.shape[1:]
    why = f"{trained_on}, which it was trained on, is not here" if trained_on else "no --dataset is named"
    return _ANYWHERE if suits else None, [f"{why}: compared on {_ANYWHERE if suits else 'random bytes alone'}."]


def _oracles(wanted: bool) -> list[Oracle]:
    oracles = available() if wanted else []
    if wanted and not any(oracle.exact for oracle in oracles):
        raise UsageError(
            "no exact TFLite oracle is installed; pip install 'edgecnn[oracle]' on Linux, or compare NumPy with C "
            "alone by --without-oracles."
        )
    return oracles


def _ask(party: Party, oracle: Oracle, graph: Graph, codes: NDArray[np.int8], ours: Any, label: str) -> None:
    """Compare with an oracle's answer; one that fails on this model is out, with its reason."""
    if party.failure:
        return
    try:
        party.compare(ours, oracle.evaluate(graph.source, codes), label)
    except EdgecnnError as error:
        party.failure = str(error)


def _undecided(graph: Graph, parties: list[Party]) -> list[str]:
    """Layers for which no exact oracle's word counts."""
    deciding = [party for party in parties if party.decides]
    return [op.output.name for op in graph.ops if all(op.output in party.not_deciding for party in deciding)]


def _classes(outputs: NDArray[Any]) -> NDArray[np.int64]:
    return outputs.reshape(len(outputs), -1).argmax(axis=1)


def _grade(result: Verification, data: _Data, int8: NDArray[np.int64], real: NDArray[np.int64]) -> None:
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


@contextmanager
def _opened(model: Path) -> Iterator[tuple[Graph, dict[str, Path]]]:
    """The graph and folders of its C: the folder itself, or of a .tflite file two, in one of which no op is fused."""
    if model.is_dir():
        yield read_folder(model), {CONVERTED: model}
        return
    graph = read_tflite(model)
    with tempfile.TemporaryDirectory() as scratch:
        folders = {"C (op by op)": Path(scratch) / "ops", CONVERTED: Path(scratch) / "converted"}
        for kind, folder in folders.items():
            write_c(graph, folder, name=name_of(model), fuse=kind == CONVERTED)
        yield graph, folders


@dataclass(frozen=True)
class _Data:
    """Input codes: `real` images of a data set, then random bytes."""

    codes: NDArray[np.int8]
    images: NDArray[np.float32]
    real: int
    split: datasets.Split | None
    classes: tuple[str, ...]
    facts: dict[str, Any]

    @classmethod
    def load(cls, graph: Graph, name: str | None, folder: Path | None, limit: int, random: int) -> _Data:
        shape = graph.input.shape[1:]
        noise = np.random.default_rng(RANDOM_SEED).integers(-128, 128, (random, *shape), np.int8)
        facts: dict[str, Any] = {"n": 0, "random": random, "random_seed": RANDOM_SEED, "dataset": name}
        if name is None:
            return cls(noise, np.empty(0, np.float32), 0, None, (), facts)
        dataset = datasets.load(name, folder, shape)
        split = dataset.test[:limit]
        if split.images.shape[1:] != shape:
            raise UsageError(
                f"the images of {name} are {'x'.join(map(str, split.images.shape[1:]))}, but the network takes "
                f"{'x'.join(map(str, shape))}; choose another --dataset, or `none` for random bytes alone."
            )
        images = datasets.to_input(split.images)
        codes = quantize(images, graph.input.scale, graph.input.zero_point)
        facts |= {"n": len(split), "split": "test", "sha256": dataset.sha256, "dataset": dataset.title}
        return cls(np.concatenate([codes, noise]), images, len(split), split, dataset.classes, facts)

    def parts(self) -> Iterator[tuple[slice, str]]:
        """Slices of `codes`, none with both kinds of data, each with its name."""
        kinds = (
            (0, self.real, f"test images of {self.facts['dataset']}"),
            (self.real, len(self.codes), "random bytes"),
        )
        for first, end, label in kinds:
            for start in range(first, end, CHUNK):
                yield slice(start, min(start + CHUNK, end)), label


def _provenance(graph: Graph, host: HostModel, data: _Data, reference: FloatReference | None) -> dict[str, Any]:
    return {
        "edgecnn": VERSION,
        "tflite_sha256": graph.sha256,
        "keras": reference.path.name if reference else None,
        "quantization_aware": QUANTIZATION_AWARE if reference and reference.quantization_aware else None,
        "c_sha256": host.sha256,
        "data_sha256": data.facts.get("sha256"),
        "random_seed": RANDOM_SEED,
        "compiler": host.compiler.version,
        "flags": " ".join(host.flags),
        "numpy": np.__version__,
    }

"""Writes docs/zoo.md: what each network of the zoo needs, and how well it does where it is trained.

    python benchmarks/zoo.py

Sizes are those of the C that `edgecnn convert` writes; accuracies are those of the records beside the trained networks
(edgecnn/zoo/trained/*.json).
"""

import importlib
import json
import tempfile
from pathlib import Path

import numpy as np

from edgecnn import datasets, write_c, zoo
from edgecnn.converters.keras_to_tflite import keras_to_tflite
from edgecnn.converters.manifest import read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.support.metrics import Accuracy

FILE = Path(__file__).resolve().parent.parent / "docs" / "zoo.md"
SHAPE, CLASSES = (32, 32, 3), 10
TEXT = """# The zoo

Made by `python benchmarks/zoo.py`. Each network is a short Keras function in `edgecnn/zoo/`, which says what was scaled
down and why; `edgecnn train NAME` trains it on `digits`, `mnist`, `cifar10`, `four` (the dog, cat, boat and bird of
CIFAR-10) or `folder:PATH`.

What they need in int8, for 32x32x3 images and 10 classes. Flash is that of the constants and of the kernels (compiled
for a Cortex-M4 with -Os), the arena is all RAM beside the stack; both in bytes, for C as `edgecnn convert` writes it.

{sizes}

The trained ones: what they need, and how well they do on the whole test set, by the records in `edgecnn/zoo/trained/`,
which `python benchmarks/record.py` makes. 'JPEG copy' is CIFAR-10 after a lossy compression, whose pixels differ
slightly from the original's. Compared are all layers of all test images, as the C computes them and as TFLite's
interpreters do, with the NumPy integers.

{trained}

Not trained, or not yet recorded: {missing}.

Made by `python -m benchmarks.zoo_boards`: the trained ones on emulated boards, each with the kernels of its core.
Compared with the host is every layer of one test image, and the output of each.

<!-- boards -->
"""
BOARDS = "<!-- boards -->\n"  # after it, the table that zoo_boards.py writes


def int8(name: str) -> bytes:
    """The network as a TFLite file, with random weights: its sizes do not depend on them."""
    images = np.random.RandomState(0).randint(0, 256, (8, *SHAPE)).astype(np.uint8)
    model = zoo.build(name, SHAPE, CLASSES)
    for layer in model.layers:
        layer.momentum = 0.0  # of batch normalization: the means of these images are its means, so that no map vanishes
    model(datasets.to_input(images), training=True)
    return keras_to_tflite(model, images).model


def costs(file: bytes, name: str) -> tuple[str, ...]:
    """Cells of a network in a TFLite file: parameters, MACs, bytes of flash, bytes of arena."""
    network = graph_of(file, name)
    with tempfile.TemporaryDirectory() as folder:
        write_c(network, Path(folder) / "c", name=name)
        manifest = read_manifest(Path(folder) / "c")
    total = manifest.flash_estimate.constants + manifest.flash_estimate.code
    return tuple(f"{count:,}" for count in (network.parameters, network.macs, total, manifest.arena.bytes))


def described(name: str, file: bytes) -> tuple[str, ...]:
    """A row of the network in a TFLite file: name, idea, costs."""
    idea = str(importlib.import_module(f"edgecnn.zoo.{name}").__doc__).splitlines()[0].rstrip(".")
    return (f"`{name}`", idea, *costs(file, name))


def graded(name: str) -> tuple[str, ...]:
    """A row of a trained network: name, data set, epochs, costs, accuracies, bytes compared, unequal ones."""
    file = zoo.trained(name)
    record = json.loads(file.with_suffix(".json").read_text())
    note = f" ({record['dataset_note']})" if record.get("dataset_note") else ""
    figures = [Accuracy(record[kind]["right"], record[kind]["n"]) for kind in ("float", "int8")]
    compared = record["compared"]
    return (
        f"`{record['network']}`",
        f"{record['dataset']}{note}",
        str(record["epochs"]),
        *costs(file.read_bytes(), name),
        *(f"{figure.share:.2%} ({figure.right:,} of {figure.n:,})" for figure in figures),
        f"{sum(compared['bytes'].values()):,}",
        f"{compared['unequal_bytes']:,}",
    )


def line(cells: tuple[str, ...]) -> str:
    """A row as text."""
    return f"| {' | '.join(cells)} |"


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table."""
    return "\n".join(map(line, [head, ("---",) * len(head), *rows]))


def page() -> str:
    """The file's text."""
    needs = ("parameters", "MACs", "flash", "arena")
    wanted = [f"{name}_{'four' if name == 'four_class' else 'cifar10'}" for name in zoo.NAMES]
    wanted += [f"{name}_mnist" for name in zoo.NAMES]
    trained = zoo.trained_names()
    return TEXT.format(
        sizes=markdown(("network", "idea", *needs), [described(name, int8(name)) for name in zoo.NAMES]),
        trained=markdown(
            ("network", "data set", "epochs", *needs, "float", "int8", "bytes compared", "unequal"),
            [graded(name) for name in trained],
        ),
        missing=", ".join(f"`{name}`" for name in wanted if name not in trained) or "none",
    )


def with_boards(text: str, table: str) -> str:
    """`text`, the file's or one without the table of the boards, with that table."""
    return f"{text.partition(BOARDS)[0]}{BOARDS}{table}"


def main() -> None:
    """See the module's text."""
    before = FILE.read_text() if FILE.is_file() else ""
    text = with_boards(page(), before.partition(BOARDS)[2])
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()

"""Grades a trained network and puts it, with its record, among those that come with edgecnn.

    python benchmarks/record.py TRAININGS/resnet_cifar10.keras

Beside NAME_DATASET.keras lie the .tflite that `edgecnn quantize` made of it, the .json that `edgecnn train --json`
printed, and the .log of `edgecnn train --log`. int8 is graded with tflite_runtime's reference kernels.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from edgecnn import datasets, training, zoo
from edgecnn.converters.keras_to_tflite import load_keras
from edgecnn.converters.tflite_file import parse
from edgecnn.fixed_point import quantize
from edgecnn.metrics import Accuracy, accuracy
from edgecnn.oracles import Oracle

CHUNK = 200  # images at once: the oracle returns every layer
LARGEST = 1_000_000  # bytes of a file that may be committed


def int8_accuracy(file: bytes, split: datasets.Split) -> Accuracy:
    """Of the TFLite file on `split`."""
    model = parse(file, "the model")
    into = model.tensors[model.inputs[0]]
    codes = quantize(datasets.to_input(split.images), float(into.scales[0]), int(into.zero_points[0]))
    right = 0
    with Oracle("tflite_runtime") as oracle:
        for start in range(0, len(split), CHUNK):
            part = slice(start, start + CHUNK)
            outputs = oracle.evaluate(file, codes[part])[model.outputs[0]]
            right += accuracy(outputs.reshape(len(codes[part]), -1).argmax(axis=1), split.labels[part]).right
    return Accuracy(right, len(split))


def record(keras: Path) -> dict[str, Any]:
    """What is known of the training: its recipe, its figures, its files."""
    tflite, report, log = (keras.with_suffix(suffix) for suffix in (".tflite", ".json", ".log"))
    about = training.provenance(keras)
    test = datasets.load(about["dataset"]).test
    lines = log.read_text().splitlines()
    return {
        **about,
        "command": next(line.split("  ", 1)[1] for line in lines if "  edgecnn train " in line),
        "starts": sum("  edgecnn train " in line for line in lines),
        "seconds_of_the_last_start": json.loads(report.read_text())["seconds"],
        "parameters": load_keras(keras).count_params(),
        "float": training.accuracy_of(load_keras(keras), test).to_json(),
        "int8": int8_accuracy(tflite.read_bytes(), test).to_json(),
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (keras, tflite)},
    }


def main() -> None:
    """See the module's text."""
    for keras in map(Path, sys.argv[1:]):
        content = record(keras)
        files = [keras.with_suffix(suffix) for suffix in (".keras", ".tflite", ".log")]
        if large := [path.name for path in files if path.stat().st_size > LARGEST]:
            raise SystemExit(f"{', '.join(large)} is too large to be committed")
        for path in files:
            shutil.copy(path, zoo.TRAINED)
        (zoo.TRAINED / f"{keras.stem}.json").write_text(json.dumps(content, indent=2) + "\n")
        print(f"{keras.stem}: float {content['float']['accuracy']:.2%}, int8 {content['int8']['accuracy']:.2%}")


if __name__ == "__main__":
    main()

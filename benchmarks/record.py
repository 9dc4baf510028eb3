"""Proves and grades a trained network on its whole test set, and puts it among those that come with edgecnn.

    python benchmarks/record.py TRAININGS/resnet_cifar10.keras
    python benchmarks/record.py edgecnn/zoo/trained/*.keras    # those again

Beside NAME_DATASET.keras lie the .tflite that `edgecnn quantize` made of it and, for a new one, the .json that
`edgecnn train --json` printed and the .log of `edgecnn train --log`. The figures are those of `edgecnn verify`: every
layer of every test image in NumPy, in C and in TFLite's interpreters; a network with an unequal byte is not recorded.
Of a float model that is too large to be committed, the record keeps the size and the SHA-256.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from edgecnn import training, verify, zoo
from edgecnn.converters.keras_to_tflite import load_keras

LARGEST = 1_000_000  # bytes of a file that may be committed


def how_trained(keras: Path) -> dict[str, Any]:
    """The recipe, the command and what it took, from the files that the training left."""
    report, log = (keras.with_suffix(suffix) for suffix in (".json", ".log"))
    lines = log.read_text().splitlines()
    return {
        **training.provenance(keras),
        "command": next(line.split("  ", 1)[1] for line in lines if "  edgecnn train " in line),
        "starts": sum("  edgecnn train " in line for line in lines),
        "seconds_of_the_last_start": json.loads(report.read_text())["seconds"],
        "parameters": load_keras(keras).count_params(),
    }


def proof(keras: Path, dataset: str) -> dict[str, Any]:
    """The accuracies and the comparison, on all test images and some of random bytes."""
    tflite = keras.with_suffix(".tflite")
    result = verify(tflite, dataset=dataset, limit=sys.maxsize, keras=keras)
    result.check()
    assert result.float_accuracy
    assert result.int8_accuracy
    return {
        "classes": list(result.classes),
        "float": result.float_accuracy.to_json(),
        "int8": result.int8_accuracy.to_json(),
        "compared": {
            "test_images": result.data["n"],
            "random_images": result.data["random"],
            "bytes": {party.name: party.bytes for party in result.parties if party.decides},
            "unequal_bytes": result.unequal_bytes,
        },
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (keras, tflite)},
    }


def main() -> None:
    """See the module's text."""
    for keras in map(Path, sys.argv[1:]):
        kept = zoo.TRAINED / f"{keras.stem}.json"
        again = keras.parent.resolve() == zoo.TRAINED
        about = json.loads(kept.read_text()) if again else how_trained(keras)
        files = [] if again else [keras.with_suffix(suffix) for suffix in (".keras", ".tflite", ".log")]
        too_large = {path.name: size for path in files if (size := path.stat().st_size) > LARGEST}
        if keras.with_suffix(".tflite").name in too_large:
            raise SystemExit(f"{keras.stem}.tflite is too large to be committed")
        content = about | ({"too_large": too_large} if too_large else {}) | proof(keras, about["dataset"])
        for path in files:
            if path.name not in too_large:
                shutil.copy(path, zoo.TRAINED)
        kept.write_text(json.dumps(content, indent=2) + "\n")
        print(f"{keras.stem}: float {content['float']['accuracy']:.2%}, int8 {content['int8']['accuracy']:.2%}")


if __name__ == "__main__":
    main()

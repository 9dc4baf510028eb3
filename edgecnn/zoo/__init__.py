"""The networks that edgecnn knows by name."""

import importlib
import json
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..support.names import unknown
from .recipes import Recipe, fine_tuning, recipe

__all__ = [
    "NAMES",
    "TRAINED",
    "Recipe",
    "build",
    "classes_of",
    "dataset_of",
    "fine_tuning",
    "recipe",
    "trained",
    "trained_keras",
    "trained_names",
]

# Each is a module of this package, whose `build(input_shape, classes)` gives an untrained Keras model.
NAMES = (
    "lenet5",
    "harley",
    "four_class",
    "alexnet",
    "zfnet",
    "vgg",
    "googlenet",
    "resnet",
    "resnet20",
    "densenet",
    "mobilenet",
)

TRAINED = Path(__file__).resolve().parent / "trained"


def build(name: str, input_shape: tuple[int, ...] = (32, 32, 1), classes: int = 10) -> Any:
    """The untrained Keras model `name` for images of `input_shape` (H, W, C); raises UsageError for an unknown name."""
    if name not in NAMES:
        raise UsageError(unknown("network", name, NAMES))
    from ..converters.keras_to_tflite import load_tensorflow

    load_tensorflow()  # quietly, and with a sentence when it is missing
    return importlib.import_module(f".{name}", __package__).build(input_shape, classes)


def trained(name: str) -> Path:
    """The int8 TFLite file, trained by us, that comes with edgecnn: 'lenet5_mnist'."""
    return _committed(name, ".tflite")


def trained_keras(name: str) -> Path:
    """The float Keras model behind `trained(name)`."""
    return _committed(name, ".keras")


def trained_names() -> list[str]:
    """What `trained` knows."""
    return sorted(path.stem for path in TRAINED.glob("*.tflite"))


def dataset_of(sha256: str) -> str | None:
    """The data set of the trained network whose TFLite file has this hash; None for a file that is none of them."""
    record = _record(sha256)
    return str(record["dataset"]) if record else None


def classes_of(sha256: str) -> tuple[str, ...]:
    """The names of the classes of the trained network whose TFLite file has this hash; none for any other file."""
    return tuple(_record(sha256).get("classes", ()))


def _record(sha256: str) -> dict[str, Any]:
    """What is recorded of a trained network; nothing of a file that is none of them."""
    for path in TRAINED.glob("*.json"):
        record: dict[str, Any] = json.loads(path.read_text())
        if record["sha256"].get(f"{path.stem}.tflite") == sha256:
            return record
    return {}


def _committed(name: str, suffix: str) -> Path:
    path = TRAINED / f"{name}{suffix}"
    if not path.is_file():
        raise UsageError(unknown("trained network", name, trained_names()))
    return path

"""Training a network of the zoo: reproducible from its seed, and resumable after an interruption."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import zoo
from .converters.keras_archive import text_of
from .converters.keras_to_tflite import load_keras, load_tensorflow
from .datasets import Dataset, Split, to_input
from .errors import InvalidModelError, UsageError
from .fused_normalization import fused_normalization
from .losses import LOSSES as LOSSES
from .printable import printable
from .support.files import atomic_path
from .support.metrics import Accuracy, accuracy
from .support.names import unknown
from .support.progress import bar

_PROVENANCE = "edgecnn.json"  # member of the .keras file; Keras ignores what it does not know
_NAMES = ("network", "dataset")  # in it: texts, by which others look things up
_CLASSES = "classes"  # in it: a list of texts
_CHECKED = (*_NAMES, _CLASSES)


@dataclass(frozen=True)
class Epoch:
    """The mean training loss (on augmented images) and the validation accuracy after one epoch."""

    loss: float
    validation_accuracy: float

    def __str__(self) -> str:
        return f"loss {self.loss:.4f}, validation {self.validation_accuracy:.2%}"


@dataclass(frozen=True)
class Training:
    """A trained Keras model and how it came about; `provenance` can be written as JSON."""

    model: Any
    history: tuple[Epoch, ...]
    provenance: dict[str, Any]
    checkpoints: tuple[Path, ...]


def train(
    name: str,
    dataset: Dataset,
    how: zoo.Recipe | None = None,
    *,
    seed: int = 0,
    checkpoint: Path | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> Training:
    """Train the network `name` of the zoo with AdamW, a cosine-decayed learning rate and fresh augmentation.

    `how` defaults to the zoo's recipe. The last epoch's weights are the result: validation is only watched, and the
    test split is not touched. With `checkpoint`, the state is kept in that file after every epoch; the same call
    resumes from it, `save` removes it. `log` is given a line for each epoch.

    Raises UsageError for an unknown network or loss, a missing TensorFlow, examples that are no images with a class
    each, or the checkpoint of another training.
    """
    shape = dataset.rows("train").images.shape[1:]
    if len(shape) != 3:
        raise UsageError(f"{dataset.title} has inputs of shape {shape}; the networks of the zoo read (H, W, C).")
    classes = dataset.class_count
    how = how or zoo.recipe(name, dataset.name)
    load_tensorflow()
    import keras

    about = {"network": name, **about_of(dataset, how, seed)}
    keras.utils.set_random_seed(seed)  # the initial weights
    model = zoo.build(name, shape, classes)
    history = fit(model, dataset, how, seed, about, checkpoint, log)
    return Training(model, history, about, (checkpoint,) if checkpoint else ())


def load(path: Path) -> Training:
    """The trained model in a .keras file, ours or not, to go on with; raises InvalidModelError."""
    model = load_keras(path)
    about = {"network": printable(model.name), **provenance(path)}
    return Training(model, (), about, ())


def about_of(dataset: Dataset, how: zoo.Recipe, seed: int) -> dict[str, Any]:
    """What a training depends on, beside the weights that it begins with."""
    return {
        "dataset": dataset.name,
        "dataset_note": dataset.note,
        "dataset_sha256": dataset.sha256,
        **({_CLASSES: list(dataset.classes)} if dataset.classes else {}),
        "training_images": len(dataset.train),
        "seed": seed,
        **asdict(how),
        "batch_size": min(how.batch_size, len(dataset.train)),
        "augmentation": {"kind": type(how.augmentation).__name__, **asdict(how.augmentation)},
    }


def fit(
    model: Any,
    dataset: Dataset,
    how: zoo.Recipe,
    seed: int,
    about: dict[str, Any],
    checkpoint: Path | None,
    log: Callable[[str], None],
) -> tuple[Epoch, ...]:
    """Train `model` in place, from the `checkpoint` of `about` on if there is one."""
    tf = load_tensorflow()
    import keras

    epochs, loss, augmentation = how.epochs, how.loss, how.augmentation
    for part in ("train", "validation", "test"):
        dataset.rows(part)
    batch_size = min(how.batch_size, len(dataset.train))
    classes, brightest = dataset.class_count, 255 if dataset.train.images.dtype == np.uint8 else 1
    if loss not in LOSSES:
        raise UsageError(unknown("loss", loss, LOSSES))
    steps = len(dataset.train) // batch_size
    total_steps = steps * epochs
    warmup = total_steps // 20  # begun at the full rate, more ReLUs die for good
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, total_steps - warmup, warmup_target=how.learning_rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=how.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta"])  # of batch normalization
    optimizer.build(model.trainable_variables)
    state = [*model.variables, *optimizer.variables]
    history = _restore(checkpoint, about, state, epochs) if checkpoint else []

    @tf.function  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def step(pixels: Any, labels: Any, key: Any) -> Any:
        images = augmentation(tf.cast(pixels, tf.float32) / brightest, key)
        with tf.GradientTape() as tape:
            probability = model(images, training=True)
            value = tf.reduce_mean(LOSSES[loss](tf.one_hot(labels, classes), probability))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        return value

    with fused_normalization(model), bar(f"Training {model.name}", total_steps) as progress:
        progress.advance(steps * len(history))
        for epoch in range(len(history), epochs):
            # Everything random depends on (seed, epoch, batch) alone, so that a resumed run is the same run.
            order = np.random.RandomState([seed, epoch]).permutation(len(dataset.train))
            total = 0.0
            for index in range(steps):
                batch = dataset.train[order[index * batch_size : (index + 1) * batch_size]]
                key = tf.constant([seed, epoch * steps + index], tf.int32)
                total += float(step(batch.images, batch.labels, key))
                progress.advance()
            history.append(Epoch(total / steps, accuracy_of(model, dataset.validation).share))
            progress.describe(f"{model.name}, epoch {epoch + 1}/{epochs}: {history[-1]}")
            log(f"epoch {epoch + 1}/{epochs}: {history[-1]}")
            if checkpoint:
                _keep(checkpoint, about, state, history)
    return tuple(history)


def _keep(path: Path, provenance: dict[str, Any], state: list[Any], history: list[Epoch]) -> None:
    """Write all variables, what they belong to, and the epochs done, as one .npz file."""
    about = json.dumps({"provenance": provenance, "history": [asdict(epoch) for epoch in history]})
    variables = {str(index): variable.numpy() for index, variable in enumerate(state)}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, about=np.array(about), **variables)


def _restore(path: Path, provenance: dict[str, Any], state: list[Any], epochs: int) -> list[Epoch]:
    """Set `state` from the checkpoint at `path`, if there is one, and return the epochs that it holds."""
    if not path.exists():
        return []
    try:
        there, history, values = _stored(path)
    except Exception as error:  # what is damaged fails anywhere: in zlib, in JSON, in the header of an array
        raise _no_checkpoint(path) from error
    different = [key for key in provenance if there.get(key) != provenance[key]]
    if different:
        key = different[0]
        raise UsageError(
            f"{path} is the checkpoint of another training ({key} {there.get(key)} there, {provenance[key]} here); "
            "repeat that command to finish it, or delete the file to train from the start."
        )
    wanted = [variable.numpy() for variable in state]
    if [(v.shape, v.dtype) for v in values] != [(v.shape, v.dtype) for v in wanted] or not 0 < len(history) <= epochs:
        raise _no_checkpoint(path)
    for variable, value in zip(state, values, strict=True):
        variable.assign(value)
    return history


def _stored(path: Path) -> tuple[dict[str, Any], list[Epoch], list[NDArray[Any]]]:
    """Provenance, epochs and variables in the checkpoint at `path`; raises anything when it is none."""
    with path.open("rb") as file, np.load(file) as stored:
        about = json.loads(str(stored["about"]))
        values = [np.asarray(stored[str(index)]) for index in range(len(stored.files) - 1)]
    history = [Epoch(float(epoch["loss"]), float(epoch["validation_accuracy"])) for epoch in about["history"]]
    return dict(about["provenance"]), history, values


def _no_checkpoint(path: Path) -> InvalidModelError:
    return InvalidModelError(f"{path} is not a checkpoint of edgecnn; delete it to train from the start.")


def save(training: Training, path: Path) -> None:
    """Write the model (without optimizer state, with its provenance) to `path`; only then remove the checkpoints."""
    with atomic_path(path) as temporary:
        training.model.save(temporary)
        with zipfile.ZipFile(temporary, "a") as archive:
            archive.writestr(zipfile.ZipInfo(_PROVENANCE), json.dumps(training.provenance, indent=2) + "\n")
    for checkpoint in training.checkpoints:
        checkpoint.unlink(missing_ok=True)


def provenance(path: Path) -> dict[str, Any]:
    """How the .keras file at `path` was trained (network, dataset, seed, ...); empty when edgecnn did not train it."""
    try:
        content = json.loads(text_of(path, _PROVENANCE) or "{}")
    except (InvalidModelError, ValueError, RecursionError):
        return {}
    about = content if isinstance(content, dict) else {}
    known: dict[str, Any] = {key: printable(about[key]) for key in _NAMES if isinstance(about.get(key), str)}
    classes = about.get(_CLASSES)
    if isinstance(classes, list) and all(isinstance(name, str) for name in classes):
        known[_CLASSES] = [printable(name) for name in classes]
    return {key: known.get(key, value) for key, value in about.items() if key in known or key not in _CHECKED}


def accuracy_of(model: Any, split: Split) -> Accuracy:
    """How many images of `split` the Keras model assigns to their class."""
    outputs = model.predict(to_input(split.images), batch_size=1000, verbose=0)
    return accuracy(outputs.argmax(-1), split.labels)

"""Fine-tuning a trained float model with fake quantization, so that it loses less in int8."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from .. import zoo
from ..converters.keras_to_tflite import input_shape, load_tensorflow
from ..datasets import Dataset
from ..errors import UsageError
from ..training import Training, about_of, fit


def fine_tune(
    trained: Training,
    dataset: Dataset,
    how: zoo.Recipe | None = None,
    *,
    seed: int = 0,
    checkpoint: Path | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> Training:
    """Go on with a trained float model as int8 will compute it (quantization-aware training), otherwise as `train`.

    Batch normalization is folded first. `how` defaults to the zoo's recipe for it. In the result, the kernels are
    rounded to int8, and layers of FakeQuantization hold the ranges that `quantize` takes over.

    Raises UsageError as `train` does, and for images or classes that do not belong to the model; UnsupportedError for a
    model with a layer that is not known here, or one that is quantization-aware already.
    """
    load_tensorflow()
    import keras

    from . import rewriting

    check(trained, dataset)
    network = trained.provenance["network"]
    how = how or zoo.fine_tuning(zoo.recipe(network, dataset.name))
    weights = hashlib.sha256(b"".join(value.tobytes() for value in trained.model.get_weights())).hexdigest()
    about = {**trained.provenance, "quantization_aware": {"weights_sha256": weights, **about_of(dataset, how, seed)}}
    keras.utils.set_random_seed(seed)  # of dropout
    model = rewriting.in_training(trained.model)
    rewriting.keep_zeros(model)
    history = fit(model, dataset, how, seed, about, checkpoint, log)
    checkpoints = (*trained.checkpoints, *([checkpoint] if checkpoint else []))
    return Training(rewriting.after_training(trained.model, model), history, about, checkpoints)


def check(trained: Training, dataset: Dataset) -> None:
    """Raise UsageError unless the model is a float one for the images and classes of `dataset`."""
    from . import rewriting

    network = trained.provenance["network"]
    if rewriting.is_quantization_aware(trained.model):
        raise UsageError(f"the model '{network}' was trained with --qat already; begin with its float model.")
    shape, classes = input_shape(trained.model), trained.model.outputs[0].shape[1:]
    images, count = dataset.rows("train").images.shape[1:], dataset.class_count
    if (images, (count,)) != (shape, classes):
        raise UsageError(
            f"the model '{network}' reads images of shape {shape} and gives {classes[-1]} classes, but {dataset.name} "
            f"has images of shape {images} and {count} classes; name the --dataset it was trained on."
        )

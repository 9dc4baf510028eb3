"""A recipe that is quickly fine-tuned."""

from typing import Any

from edgecnn import training, zoo

SHAPE = (16, 16, 3)
RECIPE = zoo.Recipe(epochs=2, batch_size=16, learning_rate=1e-4)


def float_training(model: Any) -> training.Training:
    return training.Training(model, (), {"network": model.name}, ())

"""How each network is trained on each data set: what was found, on validation data, to suit them."""

from dataclasses import dataclass, field, replace
from typing import Any

from .augmentation import Augmentation, CropFlip, Warp


@dataclass(frozen=True)
class Recipe:
    """AdamW with a cosine-decayed rate; `loss` is a name in `training.LOSSES`."""

    epochs: int = 45
    batch_size: int = 256
    learning_rate: float = 3e-3
    weight_decay: float = 0.004  # times the learning rate
    loss: str = "cross_entropy"
    augmentation: Augmentation = field(default_factory=Warp)


_PHOTOS = Recipe(epochs=24, batch_size=128, weight_decay=0.05, augmentation=CropFlip())

_DATASETS = {
    "mnist": Recipe(epochs=6, batch_size=128),
    "digits": Recipe(epochs=40, batch_size=32),
    "cifar10": _PHOTOS,
    "four": replace(_PHOTOS, epochs=100),
    "folder": replace(_PHOTOS, epochs=80, batch_size=32),
}

# What a network needs otherwise: on every data set ("*"), then on one.
_NETWORKS: dict[str, dict[str, dict[str, Any]]] = {
    "harley": {"*": {"loss": "scaled_tanh_error"}, "mnist": {"epochs": 30}},
    "lenet5": {"mnist": {"epochs": 45, "batch_size": 256}},
    "resnet": {"cifar10": {"epochs": 60}},
}


def recipe(network: str, dataset: str) -> Recipe:
    """How to train `network` on the data set of that name; for one that is not known, `Recipe()`."""
    kind = dataset.partition(":")[0]
    changes = _NETWORKS.get(network, {})
    return replace(_DATASETS.get(kind, Recipe()), **changes.get("*", {}), **changes.get(kind, {}))


def fine_tuning(recipe: Recipe) -> Recipe:
    """How a network that was trained by `recipe` goes on with fake quantization: an eighth as long, at a low rate."""
    return replace(recipe, epochs=max(2, recipe.epochs // 8), learning_rate=recipe.learning_rate / 30)

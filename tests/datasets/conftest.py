"""A small CIFAR-10, and a loader that takes its archives for intact."""

from pathlib import Path

import numpy as np
import pytest

from edgecnn import datasets
from edgecnn.datasets import cifar10
from tests.support.small_cifar10 import TEST, TRAIN


@pytest.fixture
def splits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, datasets.Split]:
    """What all forms hold; there is neither a cache nor a network."""
    monkeypatch.setattr(cifar10, "VALIDATION", 5)
    monkeypatch.setattr(cifar10, "COUNTS", (TRAIN, TEST))
    monkeypatch.setattr(cifar10, "MIRRORS", ((tmp_path / "no-such-mirror").as_uri() + "/",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("EDGECNN_DATA_DIR", raising=False)
    random = np.random.RandomState(1)
    return {
        part: datasets.Split(random.randint(0, 256, (n, 32, 32, 3)).astype(np.uint8), np.arange(n) % 10)
        for part, n in (("train", TRAIN), ("test", TEST))
    }


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes any archive for intact."""
    monkeypatch.setattr(cifar10, "_intact", lambda form, data: True)

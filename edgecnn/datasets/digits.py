"""The 1,797 handwritten digits that come with scikit-learn: no download, trained in seconds."""

import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from . import Dataset, Split

SIZE = 32
_TRAIN, _VALIDATION = 1297, 100  # the other 400 are the test split


def _resize(images: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    """Linear interpolation of square images (N, n, n) to (N, size, size), pixel centres aligned, edges held."""
    n = images.shape[1]
    centres = (np.arange(size) + 0.5) * n / size - 0.5
    rows = np.stack([np.interp(centres, np.arange(n), unit) for unit in np.eye(n)], axis=1)  # (size, n)
    scaled: npt.NDArray[np.float64] = rows @ images @ rows.T
    return scaled


def available(_data_dir: Path | None) -> bool:
    """Whether scikit-learn is installed: the images come with it."""
    return importlib.util.find_spec("sklearn") is not None


def load(_data_dir: Path | None) -> Dataset:
    """The 8x8 images, 0..16, smoothly enlarged to 32x32x1, 0..255; raises UsageError without scikit-learn."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise UsageError(
            "the data set digits comes with scikit-learn, which is not installed; run: pip install 'edgecnn[train]'"
        ) from error
    raw, labels = load_digits(return_X_y=True)
    pixels = np.rint(_resize(raw.reshape(-1, 8, 8), SIZE) * (255 / 16)).astype(np.uint8)[..., None]
    # RandomState, not Generator: NumPy promises that its streams never change.
    order = np.random.RandomState(0).permutation(len(labels))
    shuffled = Split(pixels[order], labels[order].astype(np.int64))
    return Dataset(
        name="digits",
        train=shuffled[:_TRAIN],
        validation=shuffled[_TRAIN : _TRAIN + _VALIDATION],
        test=shuffled[_TRAIN + _VALIDATION :],
        classes=tuple("0123456789"),
    )

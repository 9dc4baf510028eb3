"""New views of the training images: digits are warped as hands and pens would, photographs cropped and mirrored."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Augmentation(ABC):
    """Random views of images (float32 tensor, batch, H, W, C), from their keys alone; what lies outside is 0."""

    @abstractmethod
    def __call__(self, images: Any, key: Any) -> Any:
        """As many views; the same `key` (int32 tensor of 2) gives the same."""


@dataclass(frozen=True)
class CropFlip(Augmentation):
    """A shift by whole pixels, and for half of the images their mirror image."""

    shift: int = 4  # pixels, along each axis
    flip: bool = True

    def __call__(self, images: Any, key: Any) -> Any:
        import tensorflow as tf

        batch, (height, width, channels) = tf.shape(images)[0], images.shape[1:]

        def draw(index: int, low: int, high: int) -> Any:
            seed = tf.random.experimental.stateless_fold_in(key, index)
            return tf.random.stateless_uniform((batch, 1), seed, low, high + 1, tf.int32)

        y = tf.range(height) + draw(0, 0, 2 * self.shift)
        x = tf.range(width) + draw(1, 0, 2 * self.shift)
        if self.flip:
            x = tf.where(draw(2, 0, 1) == 1, tf.reverse(x, [1]), x)
        border = (self.shift, self.shift)
        padded = tf.pad(images, ((0, 0), border, border, (0, 0)))
        rows = tf.gather(padded, y, axis=1, batch_dims=1)
        return tf.ensure_shape(tf.gather(rows, x, axis=2, batch_dims=1), (None, height, width, channels))


def _interpolation(size: int, knots: int) -> npt.NDArray[np.float32]:
    """(size, knots): weights that carry values at evenly spaced knots to the pixels, smoothly (by cosines)."""
    position = np.linspace(0, knots - 1, size)[:, None]
    distance = np.minimum(np.abs(position - np.arange(knots)), 1)
    weights: npt.NDArray[np.float32] = (0.5 + 0.5 * np.cos(np.pi * distance)).astype(np.float32)
    return weights


@dataclass(frozen=True)
class Warp(Augmentation):
    """One random affine map and one elastic warp, in a single bilinear resampling.

    Each value is drawn uniformly from [-limit, limit], but for the displacements.
    """

    rotation: float = 10.0  # degrees
    scale: float = 0.1  # of the size, each axis on its own
    shear: float = 0.1  # horizontal pixels per vertical pixel
    shift: float = 1.5  # pixels
    elastic: float = 0.9  # pixels, standard deviation of the displacements at the knots
    knots: int = 6  # per side, of the grid between whose random displacements the warp interpolates

    def __call__(self, images: Any, key: Any) -> Any:
        import tensorflow as tf

        batch = tf.shape(images)[0]
        height, width, channels = images.shape[1:]

        def uniform(index: int, limit: float, number: int = 1) -> Any:
            seed = tf.random.experimental.stateless_fold_in(key, index)
            return tf.random.stateless_uniform((batch, number, 1, 1), seed, -limit, limit)

        # Where each pixel of the view comes from, relative to the centre: scale, shear, rotate, shift, then warp.
        y = tf.reshape(tf.range(height, dtype=tf.float32) - (height - 1) / 2, (1, -1, 1))
        x = tf.reshape(tf.range(width, dtype=tf.float32) - (width - 1) / 2, (1, 1, -1))
        scale = 1 + uniform(0, self.scale, 2)
        y, x = y * scale[:, 0], x * scale[:, 1]
        x = x + y * uniform(1, self.shear)[:, 0]
        angle = uniform(2, math.radians(self.rotation))[:, 0]
        y, x = y * tf.cos(angle) - x * tf.sin(angle), y * tf.sin(angle) + x * tf.cos(angle)
        shift = uniform(3, self.shift, 2)
        knots = tf.random.stateless_normal(
            (batch, 2, self.knots, self.knots),
            tf.random.experimental.stateless_fold_in(key, 4),
            stddev=self.elastic,
        )
        rows, columns = _interpolation(height, self.knots), _interpolation(width, self.knots)
        warp = tf.einsum("hk,bckl,wl->bchw", rows, knots, columns)
        y = y + shift[:, 0] + warp[:, 0] + (height - 1) / 2
        x = x + shift[:, 1] + warp[:, 1] + (width - 1) / 2

        # A border of zeros makes every source outside of the image read 0, after the clamp to that border.
        padded = tf.reshape(tf.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))), (-1, channels))
        y = tf.clip_by_value(y + 1, 0, height + 0.999)
        x = tf.clip_by_value(x + 1, 0, width + 0.999)
        top, left = tf.floor(y), tf.floor(x)
        down, right = (y - top)[..., None], (x - left)[..., None]
        first = tf.reshape(tf.range(batch) * ((height + 2) * (width + 2)), (-1, 1, 1))
        corner = first + tf.cast(top, tf.int32) * (width + 2) + tf.cast(left, tf.int32)

        def row(offset: int) -> Any:
            a, b = tf.gather(padded, corner + offset), tf.gather(padded, corner + offset + 1)
            return a + (b - a) * right

        upper, lower = row(0), row(width + 2)
        return tf.reshape(upper + (lower - upper) * down, (-1, height, width, channels))

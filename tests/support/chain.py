"""A random network while it grows, op by op."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tests.support.tflite_builder import Builder

_ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


SPREAD = 74.0  # the standard deviation of uniform int8 codes


@dataclass
class Chain:
    """The model while it grows: `x` is the tensor to go on from."""

    rng: np.random.Generator
    builder: Builder
    x: int
    history: list[int] = field(default_factory=list)  # earlier tensors
    said: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, rng: np.random.Generator, shape: tuple[int, ...]) -> Self:
        chain = cls(rng, Builder(), 0)
        chain.builder.input(shape, chain.wide(1e-3, 1), chain.zero_point())
        return chain

    @property
    def shape(self) -> tuple[int, ...]:
        return self.builder.tensors[self.x].shape

    @property
    def scale(self) -> float:
        return self.parameters(self.x)[0]

    def parameters(self, x: int) -> tuple[float, int]:
        quantization = self.builder.tensors[x].quantization
        assert quantization
        return quantization[0][0], quantization[1][0]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def pair(self, low: int, high: int) -> tuple[int, int]:
        first, second = self.rng.integers(low, high + 1, 2).tolist()
        return first, second

    def zero_point(self) -> int:
        special = (-128, 0, 127)
        return int(self.rng.choice(special, p=(0.6, 0.2, 0.2)) if self.chance(0.4) else self.rng.integers(-128, 128))

    def wide(self, low: float, high: float) -> float:
        """A number whose logarithm is uniform."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def rescaled(self, low: float, high: float) -> float:
        """A scale near that of x; chains of small ones end where no interpreter follows."""
        return max(self.scale * self.wide(low, high), 1e-6)

    def activation(self) -> str:
        return str(self.rng.choice(_ACTIVATIONS, p=(0.4, 0.3, 0.2, 0.1)))

    def weights(self, shape: tuple[int, ...]) -> NDArray[Any]:
        limit = int(self.rng.choice((1, 20, 127)))
        return self.rng.integers(-limit, limit + 1, shape).astype(np.int8)

    def bias(self, weights: NDArray[Any]) -> NDArray[Any]:
        limit = self.wide(1, 4) * typical(weights)
        return self.rng.integers(-int(limit), int(limit) + 1, len(weights))

    def scales(self, weights: NDArray[Any], per_channel: bool) -> tuple[float | list[float], float]:
        """Scales of the weights and of the output that spread the output over part of the range, or saturate it."""
        out = self.wide(3e-3, 0.3) if self.chance(0.9) else self.wide(1e-6, 100)
        center = out / self.scale * self.wide(3, 300) / typical(weights)
        return [center * self.wide(0.3, 3) for _ in weights] if per_channel else center, out


def typical(weights: NDArray[Any]) -> float:
    """The size of a typical accumulator."""
    return float(np.sqrt(np.mean(weights.astype(np.float64) ** 2) * weights[0].size) * SPREAD * 1.5 + 1)

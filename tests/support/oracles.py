"""Oracles that cannot be trusted."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from edgecnn.errors import EdgecnnError
from edgecnn.oracles import Oracle


class Lying(Oracle):
    """tflite_runtime, but wrong by one in one code of one layer, on random bytes only."""

    layer: int

    def evaluate(self, model: bytes, x: NDArray[Any] | Mapping[int, NDArray[Any]]) -> dict[int, NDArray[Any]]:
        answer = super().evaluate(model, x)
        (codes,) = x.values() if isinstance(x, Mapping) else (x,)
        if codes.min() < -128 + 1 and codes.std() > 60:
            answer[self.layer] = answer[self.layer].copy()
            answer[self.layer].flat[-1] ^= 1
        return answer


class Failing(Oracle):
    """An interpreter that refuses the model."""

    def evaluate(self, model: bytes, x: NDArray[Any] | Mapping[int, NDArray[Any]]) -> dict[int, NDArray[Any]]:
        raise EdgecnnError("it will not have it.")

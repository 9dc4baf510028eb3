"""QUANTIZE between codes of 8 bits, with sign or without: the same real values in another scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .rescale import RescaleOp


@dataclass(frozen=True, eq=False)
class Quantize(RescaleOp):
    """Rescales codes."""

    kind = "quantize"
    types = frozenset({"int8", "uint8"})

    @property
    def effective_scale(self) -> np.float64:
        return np.float64(self.inputs[0].scale) / np.float64(self.output.scale)

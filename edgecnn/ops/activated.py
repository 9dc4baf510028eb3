"""Ops with a fused activation."""

from __future__ import annotations

from dataclasses import dataclass

from ..fixed_point import ACTIVATIONS, activation_range
from .op import Node, Op
from .records import Clamp, OutputCodes


@dataclass(frozen=True, eq=False)
class ActivatedOp(Op):
    """`activation` is the name in the TFLite schema: NONE, RELU, ..."""

    activation: str

    @property
    def clamp(self) -> tuple[int, int]:
        """Lowest and highest output code."""
        return activation_range(self.activation, self.output.scale, self.output.zero_point)

    @property
    def output_codes(self) -> OutputCodes:
        """How codes end, as kernels are told it."""
        return OutputCodes(self.output.zero_point, Clamp(*self.clamp))

    @property
    def describe(self) -> str:
        return "" if self.activation == "NONE" else self.activation.lower()


def read_activation(node: Node) -> str:
    """The fused activation by its name in the TFLite schema."""
    activation: str = node.option("FusedActivationFunction")
    if activation not in ACTIVATIONS:
        node.refuse(f"has the fused activation {activation}; supported are {', '.join(sorted(ACTIVATIONS))}.")
    return activation

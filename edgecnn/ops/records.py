"""Records that several kernels share; what only one is told stands beside its op, or in its core's file."""

from __future__ import annotations

from dataclasses import dataclass

from ..fixed_point import Array
from .kernel import Part, Record


@dataclass(frozen=True, eq=False)
class WindowGeometry(Record):
    """Where the windows of a convolution or pool lie, in pixels: sizes and strides from 1, paddings from 0.

    In C it is `edgecnn_geometry`, of which AVR has a narrow one.
    """

    input_height: int
    input_width: int
    input_channels: int
    filter_height: int
    filter_width: int
    stride_height: int
    stride_width: int
    pad_top: int
    pad_left: int
    output_height: int
    output_width: int


@dataclass(frozen=True, eq=False)
class DilatedWindow(Part):
    """The same with taps that many pixels apart."""

    geometry: WindowGeometry
    dilation_height: int
    dilation_width: int


@dataclass(frozen=True, eq=False)
class ConvGeometry(Part):
    """The windows of a convolution, and the code that is under those that reach over the edge."""

    window: DilatedWindow
    output_channels: int
    input_zero_point: int


@dataclass(frozen=True, eq=False)
class Pooling(Part):
    """The pool after a convolution that one kernel computes with it, in pixels of the convolution."""

    pool_height: int
    pool_width: int
    pool_stride_height: int
    pool_stride_width: int
    pooled_height: int
    pooled_width: int


@dataclass(frozen=True, eq=False)
class Clamp(Part):
    """The lowest and the highest code of a fused activation."""

    output_min: int
    output_max: int


@dataclass(frozen=True, eq=False)
class OutputCodes(Part):
    """What follows a multiplication by the scale: the zero point is added, the code clamped."""

    output_zero_point: int
    clamp: Clamp


@dataclass(frozen=True, eq=False)
class Multiplier(Part):
    """A quantized multiplier and its shift, as `fixed_point.quantize_multiplier` gives them."""

    multiplier: int
    shift: int


@dataclass(frozen=True, eq=False)
class Requantization(Part):
    """Quantized multipliers and shifts of all output channels."""

    multipliers: Array
    shifts: Array


@dataclass(frozen=True, eq=False)
class Weighted(Part):
    """Constants of a layer with weights, and how its sums become codes; the input's zero point is in the biases."""

    output: OutputCodes
    weights: Array
    bias: Array
    requantization: Requantization


@dataclass(frozen=True, eq=False)
class Convolution(Record):
    """A convolution, depthwise or not."""

    geometry: ConvGeometry
    layer: Weighted


@dataclass(frozen=True, eq=False)
class DenseShape(Part):
    """A fully connected layer: how many rows it has, and the codes of each that go in and out."""

    rows: int
    input_depth: int
    output_channels: int

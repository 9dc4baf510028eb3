"""Any core: plain C whose loops share every load among several multiplications, two channels of four pixels at once."""

from __future__ import annotations

from dataclasses import replace

from ...ops.conv2d import Conv2D
from ...ops.fully_connected import FullyConnected
from ...ops.kernel import KernelCall
from ...ops.max_pool2d import MaxPool2D
from ...program.program import Step

FOLDER = "portable"
_BLOCK = 4  # windows


def conv2d(step: Step) -> KernelCall | None:
    """A convolution: its pixels are written four at a time, channel by channel."""
    match step.ops:
        case (Conv2D() as conv,) if step.call and conv.kernel == "conv2d_s8":
            lead = conv.window.lead(conv.inputs[0].shape[3], conv.channels, block=_BLOCK)
            return replace(step.call, folder=FOLDER, scratch=_scratch(conv), leads={0: lead})
    return None


def conv2d_max_pool2d(step: Step) -> KernelCall | None:
    """A convolution and the pool behind it: a pooled pixel is written channel by channel."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D()) if step.call:
            return replace(step.call, folder=FOLDER, scratch=_scratch(conv))
    return None


def fully_connected(step: Step) -> KernelCall | None:
    """A fully connected layer, four channels at a time."""
    match step.ops:
        case (FullyConnected(),) if step.call:
            return replace(step.call, folder=FOLDER)
    return None


def _scratch(conv: Conv2D) -> int:
    """Four windows are gathered where one of them can reach over the edge."""
    return 1 if conv.window.inside else _BLOCK * conv.weights.size // conv.channels


KERNELS = (conv2d_max_pool2d, conv2d, fully_connected)

"""Pools and means, all channels of a pixel at a time: the plain kernels' parameters."""

from __future__ import annotations

from dataclasses import replace

from ....ops.average_pool2d import AveragePool2D
from ....ops.kernel import KernelCall
from ....ops.max_pool2d import MaxPool2D
from ....ops.mean import Mean
from ....program.program import Step
from .channels import FOLDER


def pool(step: Step) -> KernelCall | None:
    """Any."""
    match step.ops:
        case (AveragePool2D() | MaxPool2D() | Mean(),) if step.call:
            return replace(step.call, kernel=step.call.kernel.replace("_s8", "_mve_s8"), folder=FOLDER)
    return None

"""Fully connected layers, four channels at a time."""

from __future__ import annotations

from dataclasses import replace

from ...lowering.program import Step
from ...ops.fully_connected import FullyConnected
from ...ops.op import KernelCall
from .channels import BLOCK, FOLDER, VECTOR, by_channel, padded


def fully_connected(step: Step) -> KernelCall | None:
    """Any."""
    match step.ops:
        case (FullyConnected() as layer,) if step.call:
            rows = padded(layer.weights, BLOCK, VECTOR)
            weights = rows.reshape(len(rows) // BLOCK, BLOCK, -1, VECTOR).swapaxes(1, 2)
            params = by_channel(step.call.params, weights)
            return replace(step.call, kernel="fully_connected_mve_s8", folder=FOLDER, params=params)
    return None

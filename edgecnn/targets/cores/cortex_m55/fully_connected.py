"""Fully connected layers, four channels at a time."""

from __future__ import annotations

from dataclasses import replace

from ....ops.fully_connected import Dense, FullyConnected
from ....ops.kernel import KernelCall
from ....program.program import Step
from .channels import BLOCK, FOLDER, VECTOR, by_channel, padded


def fully_connected(step: Step) -> KernelCall | None:
    """Any."""
    match step.ops:
        case (FullyConnected() as layer,) if step.call:
            rows = padded(layer.weights, BLOCK, VECTOR)
            weights = rows.reshape(len(rows) // BLOCK, BLOCK, -1, VECTOR).swapaxes(1, 2)
            params = Dense(layer.shape, by_channel(layer.weighted, weights))
            return replace(step.call, kernel="fully_connected_mve_s8", folder=FOLDER, params=params)
    return None

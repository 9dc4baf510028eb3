"""Ops in a chain that one kernel computes at once: what lies between them is never stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..ops.conv2d import Conv2D
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import KernelCall, Op


def pooled_clamp(conv: Conv2D, pool: MaxPool2D) -> tuple[int, int]:
    """Lowest and highest code of what passes both clamps; none when the lowest is above the highest."""
    return max(conv.clamp[0], pool.clamp[0]), min(conv.clamp[1], pool.clamp[1])


def conv2d_max_pool2d(conv: Conv2D, pool: MaxPool2D) -> KernelCall | None:
    """Each pooled pixel from the pixels of the convolution under it; only where the pool's windows do not overlap.

    Requantization never decreases (multipliers are positive), so that the maximum may be taken before or after it.
    """
    axes = pool.window.height, pool.window.width
    low, high = pooled_clamp(conv, pool)
    apart = all(axis.stride >= axis.taps for axis in axes)
    if not (apart and pool.window.inside) or low > high:
        return None
    call = conv.kernel_call()
    clamped = {**call.params, "output_min": low, "output_max": high}
    params = {f"conv.{field}": value for field, value in clamped.items()} | {
        "pool_height": pool.window.height.taps,
        "pool_width": pool.window.width.taps,
        "pool_stride_height": pool.window.height.stride,
        "pool_stride_width": pool.window.width.stride,
        "pooled_height": pool.window.height.output,
        "pooled_width": pool.window.width.output,
    }
    window = conv.window.then(pool.window)
    lead = window.lead(conv.inputs[0].shape[3], conv.channels, early=conv.channels)
    return replace(call, kernel="conv2d_max_pool2d_s8", params=params, leads={0: lead})


# Kinds of ops that follow each other -> the kernel's call, or None where these two cannot be fused.
FUSIONS: dict[tuple[type[Op], type[Op]], Callable[..., KernelCall | None]] = {
    (Conv2D, MaxPool2D): conv2d_max_pool2d,
}

"""Ops in a chain that one kernel computes at once: what lies between them is never stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..ops.conv2d import Conv2D
from ..ops.kernel import KernelCall, Record
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import Op
from ..ops.records import Clamp, Convolution, Pooling


@dataclass(frozen=True, eq=False)
class PooledConvolution(Record):
    """A convolution whose codes pass the pool's clamp, too, and that pool."""

    conv: Convolution
    pooling: Pooling


def pooled_clamp(conv: Conv2D, pool: MaxPool2D) -> Clamp:
    """Lowest and highest code of what passes both clamps; none when the lowest is above the highest."""
    return Clamp(max(conv.clamp[0], pool.clamp[0]), min(conv.clamp[1], pool.clamp[1]))


def pooled_convolution(conv: Conv2D, pool: MaxPool2D) -> PooledConvolution:
    """What a kernel is told that computes both."""
    plain = conv.convolution
    output = replace(plain.layer.output, clamp=pooled_clamp(conv, pool))
    return PooledConvolution(replace(plain, layer=replace(plain.layer, output=output)), pool.pooling)


def conv2d_max_pool2d(conv: Conv2D, pool: MaxPool2D) -> KernelCall | None:
    """Each pooled pixel from the pixels of the convolution under it; only where the pool's windows do not overlap.

    Requantization never decreases (multipliers are positive), so that the maximum may be taken before or after it.
    """
    axes, clamp = (pool.window.height, pool.window.width), pooled_clamp(conv, pool)
    apart = all(axis.stride >= axis.taps for axis in axes)
    if not (apart and pool.window.inside) or clamp.output_min > clamp.output_max:
        return None
    window = conv.window.then(pool.window)
    lead = window.lead(conv.inputs[0].shape[3], conv.channels, early=conv.channels)
    params = pooled_convolution(conv, pool)
    return replace(conv.kernel_call(), kernel="conv2d_max_pool2d_s8", params=params, leads={0: lead})


Rule = Callable[..., KernelCall | None]
"""Of the ops of a chain: the call of the kernel that computes all of them, or None where it cannot."""

# Kinds of ops in a chain, two or more, each of which reads only what the one before it writes -> their rule.
PATTERNS: dict[tuple[type[Op], ...], Rule] = {
    (Conv2D, MaxPool2D): conv2d_max_pool2d,
}


def fused(chain: Sequence[Op]) -> KernelCall | None:
    """The call of the kernel that computes all ops of `chain`, if there is one."""
    rule = PATTERNS.get(tuple(map(type, chain)))
    return rule(*chain) if rule else None

"""Small random int8 networks: one to five ops in a row, with random shapes, parameters and corner cases.

An op of several inputs takes constants and earlier tensors beside the one before it. The ops are in random_ops.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from edgecnn.converters.tflite_file import enumerators
from tests.support.chain import Chain
from tests.support.random_ops import OPS

_NAMES = enumerators(tflite.BuiltinOperator)


@dataclass(frozen=True)
class Description:
    """What is in a random model."""

    text: str
    input_shape: tuple[int, ...]  # with the batch dimension, 1
    steps: tuple[
        tuple[str, tuple[int, ...], int], ...
    ]  # what is computed: by which op of the schema, input tensors, output tensor

    @property
    def ops(self) -> frozenset[str]:
        """The names of the ops."""
        return frozenset(name for name, _, _ in self.steps)

    def __str__(self) -> str:
        return self.text


def random_model(rng: np.random.Generator) -> tuple[bytes, Description]:
    """Return a model of one to five ops and what is in it."""
    height, width, channels = rng.integers(1, (13, 13, 10)).tolist()
    chain = Chain.begin(rng, (1, height, width, channels) if rng.random() < 0.85 else (1, height * width))
    for _ in range(rng.integers(1, 6)):
        add_op(chain)
    return finished(chain)


def random_chain(rng: np.random.Generator) -> tuple[bytes, Description]:
    """Return a model of one to four ops that go by rows, often with something behind them, and what is in it."""
    height, width, channels = rng.integers(1, (14, 10, 6)).tolist()
    chain = Chain.begin(rng, (1, height, width, channels))
    for _ in range(rng.integers(1, 5)):
        add_op(chain, "CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D", "RELU", "TANH")
    if chain.chance(0.5):
        add_op(chain)
    return finished(chain)


def add_op(c: Chain, *names: str) -> None:
    """Go on with a random op, one of `names` if any are given."""
    often = {name: op[0] for name, op in OPS.items() if op[1](c.shape) and (name in names or not names)}
    shares = np.array(list(often.values())) / sum(often.values())
    name = str(c.rng.choice(list(often), p=shares))
    before = c.x
    c.said.append(f"{name} {OPS[name][2](c)}".strip())
    c.history.append(before)


def finished(c: Chain) -> tuple[bytes, Description]:
    """The model that ends with c.x, and what is in it."""
    shape = c.builder.tensors[c.builder.inputs[0]].shape
    text = "; ".join([f"input {shape}", *c.said])
    needed, steps = {c.x}, []
    for op in reversed(c.builder.operators):  # an output of SPLIT may be nobody's input
        steps += [(_NAMES[op.code], op.inputs, output) for output in op.outputs if output in needed]
        needed.update(op.inputs)
    return c.builder.finish(c.x), Description(text, shape, tuple(reversed(steps)))


def random_input(rng: np.random.Generator, shape: tuple[int, ...], n: int) -> NDArray[Any]:
    """Return `n` inputs over the full range for an input of this shape, whose batch dimension they take over."""
    return rng.integers(-128, 128, (n, *shape[1:])).astype(np.int8)

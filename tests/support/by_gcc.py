"""What is built by GCC to see that it computes the same: cores, levels of optimization, and three networks."""

import dataclasses
from pathlib import Path

import numpy as np

from edgecnn import board as boards
from edgecnn.building import gcc
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from tests.support.chain import Chain
from tests.support.emulated import Case, differences
from tests.support.lenet import lenet
from tests.support.random_models import random_input
from tests.support.random_ops import OPS
from tests.support.tflite_builder import Builder

LEVELS = ("-O0", "-Os", "-O2", "-O3")
_M4F, _M7F, _M33F = ("-mfpu=fpv4-sp-d16",), ("-mfpu=fpv5-d16",), ("-mfpu=fpv5-sp-d16",)
_HARD, _SOFTFP, _LTO = ("-mfloat-abi=hard",), ("-mfloat-abi=softfp",), ("-flto",)
# A board for each core, and the flags beside its own with which it is built.
CORES: dict[str, tuple[tuple[str, ...], ...]] = {
    "bbc_microbit": ((), _LTO),
    "mps2_an385": ((), _LTO),
    "mps2_an386": ((), _LTO, _M4F + _HARD, _M4F + _SOFTFP, _M4F + _HARD + _LTO),
    "mps2_an500": ((), _M7F + _HARD),
    "mps2_an505": ((), _M33F + _HARD),
    "mps3_an547": ((), _LTO),
    "virt_rv32": ((), _LTO),
    "raspberry_pi_zero": ((),),
    "raspberry_pi_2": ((),),
    "raspberry_pi_4": ((), _LTO),
    "raspberry_pi_5": ((),),
    "arduino_mega_2560": ((),),
}
LEVELS_OF = {"arduino_mega_2560": ("-Os", "-O2")}  # by which its own compiler ever builds


def board(name: str, *flags: str) -> boards.Board:
    """A board that GCC builds, with more flags."""
    facts = boards.load(name)
    core = gcc.target(facts)
    return dataclasses.replace(facts, compiler=dataclasses.replace(core, flags=[*core.flags, *flags]))


def unequal(name: str, flags: tuple[str, ...], work: Path) -> list[str]:
    """What a board computes otherwise when GCC builds for it with these flags, in words."""
    facts = board(name, *flags)
    return differences(facts, facts.target, cases(), work)


def cases() -> list[Case]:
    """LeNet, a depthwise network, and one of all ops."""
    rng = np.random.default_rng(12)
    found = [
        ("LeNet", graph_of(lenet()), "balanced"),  # by speed alone it fills the flash of a micro:bit
        ("depthwise", depthwise(rng), "speed"),
        ("all ops", all_ops(rng), "speed"),
    ]
    return [Case(name, graph, random_input(rng, graph.input.shape, 2), True, how) for name, graph, how in found]


def depthwise(rng: np.random.Generator) -> Graph:
    """Depthwise and pointwise convolutions in turn, padded, with strides 1 and 2."""
    b = Builder()
    x = b.input((1, 9, 9, 8), 0.05, 3)
    for stride in ((1, 1), (2, 2)):
        scales, bias = [0.002] * 8, rng.integers(-500, 500, 8)
        weights = rng.integers(-127, 128, (1, 3, 3, 8)).astype(np.int8)
        x = b.depthwise_conv2d(x, weights, bias, scales, 0.05, -5, stride, "SAME", (1, 1), "RELU6")
        pointwise = rng.integers(-127, 128, (8, 1, 1, 8)).astype(np.int8)
        x = b.conv2d(x, pointwise, bias, scales, 0.05, 7, (1, 1), "SAME", (1, 1), "RELU")
    return graph_of(b.finish(x))


def all_ops(rng: np.random.Generator) -> Graph:
    """Every op of the random models on one input of eight by eight pixels; all that they compute, one after another."""
    chain = Chain.begin(rng, (1, 8, 8, 4))
    first, together = chain.x, 0
    thin = chain.builder.reshape(first, (1, 16, 1, 16))
    for _, takes, add in OPS.values():
        chain.x = first if takes((1, 8, 8, 4)) else thin
        add(chain)
        chain.history.append(first)
        flat = chain.builder.reshape(chain.x, (1, int(np.prod(chain.shape))))
        result = chain.builder.quantize(flat, 0.1, 0)
        together = chain.builder.concatenation([together, result], 1) if together else result
    return graph_of(chain.builder.finish(together))


def rows() -> list[tuple[str, ...]]:
    """The name of a board and flags."""
    return [
        (name, level, *flags) for name, ways in CORES.items() for level in LEVELS_OF.get(name, LEVELS) for flags in ways
    ]

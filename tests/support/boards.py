"""The boards that an emulator stands for."""

import dataclasses

from edgecnn import board

EMULATED = [name for name in board.names() if board.load(name).emulator]
LINUX = [name for name in EMULATED if board.load(name).port == ["host"] and name != "host"]


def with_options(facts: board.Board, *options: str) -> board.Board:
    """The board, its emulator given more options."""
    assert facts.emulator
    more = dataclasses.replace(facts.emulator, options=[*facts.emulator.options, *options])
    return dataclasses.replace(facts, emulator=more)

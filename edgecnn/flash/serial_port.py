"""Tools that write through the serial port behind which the firmware later answers."""

from __future__ import annotations

from ..board import Board
from ..onboard.connect import only_port


def find(board: Board, port: str | None) -> str:
    """The port that is known, or the only USB serial port there is."""
    return port or only_port(board)


def answers(place: str) -> str:
    """The firmware answers where the tool wrote."""
    return place

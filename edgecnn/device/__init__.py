"""Talking to a board: the framed protocol, over a serial port, a pipe or ssh."""

"""A network on a board: found, evaluated, profiled."""

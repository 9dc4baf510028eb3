"""From generated C to firmware: compilers, linking, the bound of the stack, and the built-in model of the board."""

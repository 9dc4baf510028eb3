"""`python -m edgecnn` is `edgecnn`."""

from .cli import main

main()

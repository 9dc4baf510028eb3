"""The process behind an Oracle: `python -m edgecnn.oracles.worker MODULE` answers pickled requests on stdin.

A request is (model, an array per input, whether it has variables); the answer is one array per output of the model, or
a text that says why there is none.
"""

import importlib
import os
import pickle
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Run = Callable[[list[NDArray[Any]]], list[NDArray[Any]]]


def _load(module: str, model: bytes) -> Run:
    run: Run = importlib.import_module(f"{__package__}.{module}").load(model)
    return run


_kept = lru_cache(maxsize=4)(_load)


def evaluate(module: str, model: bytes, x: list[NDArray[Any]], remembers: bool = False) -> list[NDArray[Any]]:
    """Run the inputs one by one; the result has the shape (N, *shape of the output) for every output."""
    run = (_load if remembers else _kept)(module, model)  # a fresh interpreter has forgotten everything
    values: list[NDArray[Any]] = []
    count = len(x[0])
    for i in range(count):
        outputs = run([array[i : i + 1] for array in x])
        if not values:
            values = [np.empty((count, *output.shape), output.dtype) for output in outputs]
        for value, output in zip(values, outputs, strict=True):
            value[i] = output
    return values


def main(module: str) -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the libraries print must not mix with the answers
    while True:
        try:
            model, x, remembers = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: list[NDArray[Any]] | str
        try:
            answer = evaluate(module, model, x, remembers)
        except Exception as error:  # of any library, for any reason: the parent makes a sentence of it
            answer = f"{type(error).__name__}: {error}"
        pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])

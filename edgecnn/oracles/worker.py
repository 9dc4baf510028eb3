"""The process behind an Oracle: `python -m edgecnn.oracles.worker MODULE` answers pickled requests on stdin.

A request is (model, inputs); the answer is one array per output of the model, or a text that says why there is none.
"""

import importlib
import os
import pickle
import sys
from collections.abc import Callable
from functools import lru_cache

import numpy as np


@lru_cache(maxsize=4)
def _load(module: str, model: bytes) -> Callable[[np.ndarray], list[np.ndarray]]:
    run: Callable[[np.ndarray], list[np.ndarray]] = importlib.import_module(f"{__package__}.{module}").load(model)
    return run


def evaluate(module: str, model: bytes, x: np.ndarray) -> list[np.ndarray]:
    """Run the inputs one by one; the result has the shape (N, *shape of the output) for every output."""
    run = _load(module, model)
    values: list[np.ndarray] = []
    for i in range(len(x)):
        outputs = run(x[i : i + 1])
        if not values:
            values = [np.empty((len(x), *output.shape), output.dtype) for output in outputs]
        for value, output in zip(values, outputs, strict=True):
            value[i] = output
    return values


def main(module: str) -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the libraries print must not mix with the answers
    while True:
        try:
            model, x = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: list[np.ndarray] | str
        try:
            answer = evaluate(module, model, x)
        except Exception as error:  # of any library, for any reason: the parent makes a sentence of it
            answer = f"{type(error).__name__}: {error}"
        pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])

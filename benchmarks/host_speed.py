"""Runs the committed LeNet on 10,000 images of random bytes on this computer and prints the seconds of each way.

    python benchmarks/host_speed.py

The work does not depend on the data. Compare the ways with each other: computers differ.
"""

import tempfile
import time
from collections.abc import Callable

import numpy as np

from edgecnn import FloatTwin, HostModel, read_tflite, write_c, zoo
from edgecnn.oracles import available

COUNT = 10_000


def main() -> None:
    """See the module's text."""
    graph = read_tflite(zoo.trained("lenet5_mnist"))
    codes = np.random.default_rng(0).integers(-128, 128, (COUNT, 32, 32, 1), np.int8)
    with tempfile.TemporaryDirectory() as folder:
        write_c(graph, f"{folder}/c")
        host = HostModel(f"{folder}/c")
        ways: dict[str, Callable[[np.ndarray], object]] = {
            "HostModel (generated C)": host.invoke,
            "FloatTwin (NumPy, float64)": FloatTwin(graph).evaluate,
            "Graph.evaluate (NumPy, integers)": graph.evaluate,
        }
        for oracle in available():
            with oracle:
                run(f"{oracle.name}, all layers", lambda x, oracle=oracle: oracle.evaluate(graph.source, x), codes)
        for name, way in ways.items():
            run(name, way, codes)


def run(name: str, way: Callable[[np.ndarray], object], codes: np.ndarray) -> None:
    """Time one pass after a warm-up with a few images."""
    way(codes[:8])
    start = time.perf_counter()
    way(codes)
    print(f"{name:34} {time.perf_counter() - start:6.2f} s")


if __name__ == "__main__":
    main()

"""Prints what streaming saves: the arena of LeNet and of MLPerf Tiny's networks, as a whole and with the input in rows.

python benchmarks/streaming.py            the table of docs/speed.md; tensorflow makes the networks, in two minutes
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from edgecnn import zoo
from edgecnn.converters.tflite_to_graph import graph_of, read_tflite
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from edgecnn.lowering.streaming import smallest

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks

NETWORKS = {"mobilenet": "MobileNet 0.25", "resnet8": "ResNet-8", "ds_cnn": "DS-CNN"}


def graphs() -> Iterator[tuple[str, Graph]]:
    """Each network with its name."""
    from benchmarks.mlperf_tiny import build
    from edgecnn.converters.keras_to_tflite import keras_to_tflite

    yield "LeNet", read_tflite(zoo.trained("lenet5_mnist"))
    for name, title in NETWORKS.items():
        yield title, graph_of(keras_to_tflite(*build(name)).model)


def main() -> None:
    """See the module's text."""
    print("| network | input | arena | streamed | layers in rows |\n| --- | --- | ---: | ---: | ---: |")
    for title, graph in graphs():
        steps = smallest(graph, optimize="ram")
        whole, streamed = (plan(lower(graph, optimize="ram", stream=stream)).arena for stream in (0, steps))
        shape = "x".join(map(str, graph.input.shape[1:]))
        print(f"| {title} | {shape} | {whole:,} | {streamed:,} | {steps} |")


if __name__ == "__main__":
    main()

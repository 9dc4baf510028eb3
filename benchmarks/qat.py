"""What quantization-aware training wins back where plain quantization loses: writes docs/qat.md, in two minutes.

    python benchmarks/qat.py

LeNet learns the digits; then the channels of two of its layers are multiplied by factors up to 316, and the weights
that read them divided by the same: a ReLU lets positive factors through, so that the float network is still the same
function, but one scale per tensor no longer suits all channels. Networks come by such channels on their own, too.
"""

from pathlib import Path
from typing import Any

import numpy as np

from edgecnn import datasets, training, zoo
from edgecnn.converters.keras_to_tflite import keras_to_tflite
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import quantize
from edgecnn.qat.fine_tuning import fine_tune
from edgecnn.qat.rewriting import without_fake_quantization
from edgecnn.quantization import REPRESENTATIVE
from edgecnn.support.metrics import Accuracy, accuracy

FILE = Path(__file__).resolve().parents[1] / "docs" / "qat.md"
MARK = "<!-- benchmarks/qat.py -->\n"
DECADES = 2.5


def spread(model: Any) -> None:
    """Give the channels of `conv1` and `dense1` ranges that differ by up to DECADES decades."""
    random = np.random.default_rng(0)
    for name, reader in (("conv1", "conv2"), ("dense1", "dense2")):
        layer, after = model.get_layer(name), model.get_layer(reader)
        factors = (10 ** random.uniform(0, DECADES, layer.bias.shape)).astype(np.float32)
        layer.set_weights([weights * factors for weights in layer.get_weights()])
        kernel, bias = after.get_weights()
        after.set_weights([kernel / factors[:, None], bias])


def int8(model: Any, representative: Any, split: datasets.Split) -> Accuracy:
    """Of the int8 network, in NumPy integers."""
    graph = graph_of(keras_to_tflite(model, representative).model, model.name)
    codes = quantize(datasets.to_input(split.images), graph.input.scale, graph.input.zero_point)
    return accuracy(graph.evaluate(codes).reshape(len(codes), -1).argmax(axis=1), split.labels)


def main() -> None:
    """See the module's text."""
    data = datasets.load("digits")
    trained = training.train("lenet5", data, zoo.Recipe(epochs=10, batch_size=32))
    calibration = data.train.images[:REPRESENTATIVE]
    rows = {
        "float": training.accuracy_of(trained.model, data.test),
        "int8": int8(trained.model, calibration, data.test),
    }
    spread(trained.model)
    tuned = fine_tune(trained, data)
    rows |= {
        "float, channels spread": training.accuracy_of(trained.model, data.test),
        "int8, channels spread": int8(trained.model, calibration, data.test),
        "int8, channels spread, fine-tuned with fake quantization": int8(tuned.model, None, data.test),
        "the same without fake quantization": training.accuracy_of(without_fake_quantization(tuned.model), data.test),
    }
    table = "\n".join(f"| {name} | {row.share:.2%} ({row.right} of {row.n}) |" for name, row in rows.items())
    text = f"| LeNet on digits, {tuned.provenance['epochs']} epochs | accuracy |\n| --- | --- |\n{table}\n"
    FILE.write_text(FILE.read_text().partition(MARK)[0] + MARK + text)
    print(text, end="")


if __name__ == "__main__":
    main()

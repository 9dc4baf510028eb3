"""Small ONNX files, as PyTorch exports them: channels first, weights random."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator


class OnnxBuilder:
    """Nodes are added in order; each method returns the name of what it adds."""

    def __init__(self, shape: Sequence[int | str], seed: int = 0):
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.rng = np.random.default_rng(seed)
        self.inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)]

    def constant(self, values: Any) -> str:
        """Values of the file."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """One operator with one output."""
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def random(self, *shape: int) -> str:
        """Weights that keep the size of what they are applied to."""
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 50
        return self.constant(self.rng.normal(0, fan_in**-0.5, shape).astype(np.float32))

    def conv(self, x: str, into: int, out: int, size: int, stride: int = 1, relu: bool = True) -> str:
        """A convolution with the padding that keeps the size, its bias, and a ReLU."""
        pads = [size // 2] * 4
        y = self.node("Conv", x, self.random(out, into, size, size), self.random(out), pads=pads, strides=[stride] * 2)
        return self.node("Relu", y) if relu else y

    def finish(self, *outputs: str, opset: int = 18) -> Any:
        """The model."""
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self.nodes, "tested", self.inputs, ends, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        model = onnx.shape_inference.infer_shapes(model)
        onnx.checker.check_model(model)
        return model


def residual(shape: tuple[int, int, int] = (3, 16, 16), classes: int = 5) -> Any:
    """What torchvision's networks have: normalization, a padded pool, a residual, branches, a flatten, a softmax."""
    b = OnnxBuilder(("batch", *shape))
    mean, deviation = (b.constant(np.full((1, 3, 1, 1), value, np.float32)) for value in (0.45, 0.25))
    x = b.node("Div", b.node("Sub", "image", mean), deviation)
    x = b.node("MaxPool", b.conv(x, 3, 8, 3), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = b.node("Relu", b.node("Add", x, b.conv(b.conv(x, 8, 8, 3), 8, 8, 3, relu=False)))
    x = b.node("Concat", b.conv(x, 8, 4, 1, 2), b.conv(x, 8, 6, 3, 2), axis=1)
    x = b.node("Flatten", x, axis=1)
    x = b.node("Gemm", x, b.random(classes, 160), b.random(classes), transB=1)
    return b.finish(b.node("Softmax", x, axis=1))


def reference(model: Any, image: NDArray[Any]) -> list[NDArray[Any]]:
    """The outputs of a model, or of the file of that name, for an `image`, by ONNX's own interpreter."""
    outputs: list[Any] = list(ReferenceEvaluator(model).run(None, {"image": image}))
    return outputs

"""The ops, one file each. To add one: its file here, its kernel in firmware/runtime, its test, and its line below."""

from .average_pool2d import AveragePool2D
from .conv2d import Conv2D
from .fully_connected import FullyConnected
from .logistic import Logistic
from .max_pool2d import MaxPool2D
from .op import KernelCall, Node, Op
from .pad import Pad
from .quantize import Quantize
from .relu import Relu, Relu6, ReluN1To1
from .reshape import Reshape
from .softmax import Softmax
from .tanh import Tanh

__all__ = ["TFLITE_OPS", "KernelCall", "Node", "Op"]

# TFLite's name of an operator -> the op that implements it.
TFLITE_OPS: dict[str, type[Op]] = {
    "AVERAGE_POOL_2D": AveragePool2D,
    "CONV_2D": Conv2D,
    "FULLY_CONNECTED": FullyConnected,
    "LOGISTIC": Logistic,
    "MAX_POOL_2D": MaxPool2D,
    "PAD": Pad,
    "QUANTIZE": Quantize,
    "RELU": Relu,
    "RELU6": Relu6,
    "RELU_N1_TO_1": ReluN1To1,
    "RESHAPE": Reshape,
    "SOFTMAX": Softmax,
    "TANH": Tanh,
}

"""The ops, one file each. CONTRIBUTING.md says how to add one: its line below is one of its steps."""

from .add import Add, Sub
from .average_pool2d import AveragePool2D
from .concatenation import Concatenation
from .conv2d import Conv2D
from .depthwise_conv2d import DepthwiseConv2D
from .fully_connected import FullyConnected
from .hard_swish import HardSwish
from .kernel import KernelCall
from .leaky_relu import LeakyRelu
from .logistic import Logistic
from .max_pool2d import MaxPool2D
from .mean import Mean
from .mul import Mul
from .op import Node, Op
from .pad import Pad, PadV2
from .quantize import Quantize
from .relu import Relu, Relu6, ReluN1To1
from .reshape import Reshape
from .resize_nearest import ResizeNearest
from .slices import Split, StridedSlice
from .softmax import Softmax
from .tanh import Tanh
from .transpose import Transpose
from .transpose_conv import TransposeConv

__all__ = ["TFLITE_OPS", "KernelCall", "Node", "Op"]

# TFLite's name of an operator -> the op that implements it.
TFLITE_OPS: dict[str, type[Op]] = {
    "ADD": Add,
    "AVERAGE_POOL_2D": AveragePool2D,
    "CONCATENATION": Concatenation,
    "CONV_2D": Conv2D,
    "DEPTHWISE_CONV_2D": DepthwiseConv2D,
    "EXPAND_DIMS": Reshape,
    "FULLY_CONNECTED": FullyConnected,
    "HARD_SWISH": HardSwish,
    "LEAKY_RELU": LeakyRelu,
    "LOGISTIC": Logistic,
    "MAX_POOL_2D": MaxPool2D,
    "MEAN": Mean,
    "MUL": Mul,
    "PAD": Pad,
    "PADV2": PadV2,
    "QUANTIZE": Quantize,
    "RELU": Relu,
    "RELU6": Relu6,
    "RELU_N1_TO_1": ReluN1To1,
    "RESHAPE": Reshape,
    "RESIZE_NEAREST_NEIGHBOR": ResizeNearest,
    "SOFTMAX": Softmax,
    "SPLIT": Split,
    "SQUEEZE": Reshape,
    "STRIDED_SLICE": StridedSlice,
    "SUB": Sub,
    "TANH": Tanh,
    "TRANSPOSE": Transpose,
    "TRANSPOSE_CONV": TransposeConv,
}

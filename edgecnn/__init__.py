"""edgecnn: from a Keras convolutional network to C for a microcontroller, proved equal byte for byte."""

from .converters.graph_to_c import write_c
from .converters.tflite_to_graph import read_tflite
from .errors import EdgecnnError
from .fixed_point import dequantize, quantize
from .graph import Graph
from .host import HostModel
from .interpreter import FloatTwin
from .tensor import Tensor
from .verification import Verification, verify
from .version import VERSION

__version__ = VERSION

__all__ = [
    "EdgecnnError",
    "FloatTwin",
    "Graph",
    "HostModel",
    "Tensor",
    "Verification",
    "__version__",
    "dequantize",
    "quantize",
    "read_tflite",
    "verify",
    "write_c",
]

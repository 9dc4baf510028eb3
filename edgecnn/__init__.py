"""edgecnn: from a Keras convolutional network to C for a microcontroller, proved equal byte for byte."""

from .converters.graph_to_c import write_c
from .converters.tflite_to_graph import read_tflite
from .errors import EdgecnnError
from .graph import Graph
from .host import HostModel
from .interpreter import FloatTwin
from .tensor import Tensor
from .verification import Verification, verify

__all__ = [
    "EdgecnnError",
    "FloatTwin",
    "Graph",
    "HostModel",
    "Tensor",
    "Verification",
    "read_tflite",
    "verify",
    "write_c",
]

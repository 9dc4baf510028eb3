"""edgecnn: from a Keras convolutional network to C for a microcontroller, proved equal byte for byte."""

from .converters.tflite_to_graph import read_tflite
from .errors import EdgecnnError
from .graph import Graph, Tensor
from .interpreter import FloatTwin

__all__ = ["EdgecnnError", "FloatTwin", "Graph", "Tensor", "read_tflite"]

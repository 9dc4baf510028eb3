"""The proof: float Keras, TFLite's own interpreters, NumPy and the generated C, layer by layer, byte for byte."""

from .data import AS_TRAINED
from .proof import CONVERTED, verify
from .result import Verification

__all__ = ["AS_TRAINED", "CONVERTED", "Verification", "verify"]

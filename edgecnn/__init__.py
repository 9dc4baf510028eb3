"""edgecnn: from a Keras convolutional network to C for a microcontroller, proved equal byte for byte."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# Imported when they are asked for: the command line can be stopped, and says so, while NumPy and the rest are loaded.
_HOMES = {
    "VERSION": ".version",
    "EdgecnnError": ".errors",
    "FloatTwin": ".interpreter",
    "Graph": ".graph",
    "HostModel": ".host",
    "Tensor": ".tensor",
    "Verification": ".verification",
    "dequantize": ".fixed_point",
    "quantize": ".fixed_point",
    "read_tflite": ".converters.tflite_to_graph",
    "verify": ".verification",
    "write_c": ".converters.graph_to_c",
}


def __getattr__(name: str) -> Any:
    name = "VERSION" if name == "__version__" else name
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


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

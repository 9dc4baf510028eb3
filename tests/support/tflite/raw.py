"""Any tensor and any op, and the state of a network: the raw forms behind the ops."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from tests.support.tflite.records import Operator, Tensor

_TYPES = {
    np.dtype(np.int8): tflite.TensorType.INT8,
    np.dtype(np.uint8): tflite.TensorType.UINT8,
    np.dtype(np.int32): tflite.TensorType.INT32,
    np.dtype(np.float32): tflite.TensorType.FLOAT32,
}
# What the schema's op versions say about int8; an op that is not here has version 1.
_INT8_VERSIONS = {
    "CONV_2D": 3,
    "MAX_POOL_2D": 2,
    "AVERAGE_POOL_2D": 2,
    "FULLY_CONNECTED": 4,
    "SOFTMAX": 2,
    "LOGISTIC": 2,
    "TANH": 2,
    "RELU": 2,
    "RELU6": 2,
    "PAD": 2,
    "QUANTIZE": 2,
    "DEPTHWISE_CONV_2D": 3,
    "ADD": 2,
    "SUB": 2,
    "MUL": 2,
    "MEAN": 2,
    "CONCATENATION": 2,
    "LEAKY_RELU": 2,
    "PADV2": 2,
    "TRANSPOSE_CONV": 3,
    "RESIZE_NEAREST_NEIGHBOR": 3,
    "STRIDED_SLICE": 2,
    "SPLIT": 2,
    "TRANSPOSE": 2,
    "DEQUANTIZE": 2,
    "ARG_MAX": 2,
}


class Raw:
    """The network while it grows."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.inputs: list[int] = []
        self.variables: dict[str, NDArray[Any]] = {}  # what each begins with

    def tensor(
        self,
        shape: Sequence[int],
        scale: float | Sequence[float] | None = None,
        zero_point: int = 0,
        *,
        axis: int = 0,
        dtype: Any = np.int8,
        data: NDArray[Any] | None = None,
        signature: Sequence[int] | None = None,
    ) -> int:
        """Add any tensor; several scales make it quantized per channel along `axis`, None leaves it unquantized."""
        scales = () if scale is None else tuple(np.atleast_1d(np.asarray(scale, np.float32)).tolist())
        self.tensors.append(
            Tensor(
                tuple(shape),
                _TYPES[np.dtype(dtype)],
                (scales, (zero_point,) * len(scales), axis) if scales else None,
                b"" if data is None else np.ascontiguousarray(data, dtype).tobytes(),
                None if signature is None else tuple(signature),
            )
        )
        return len(self.tensors) - 1

    def constant(self, data: Any, scale: Any = None, axis: int = 0, dtype: Any = np.int32) -> int:
        """Add a constant tensor with zero point 0, quantized when it has scales."""
        array = np.asarray(data, dtype)
        return self.tensor(array.shape, scale, axis=axis, dtype=dtype, data=array)

    def operator(
        self,
        code: str | int,
        inputs: Sequence[int],
        output: int | None,
        options: str | None = None,
        version: int | None = None,
        **fields: Any,
    ) -> int:
        """Add any op, known to the schema by name or not at all (a number); the options' fields are the schema's."""
        number = getattr(tflite.BuiltinOperator, code) if isinstance(code, str) else code
        version = version or _INT8_VERSIONS.get(str(code), 1)
        outputs = () if output is None else (output,)
        self.operators.append(Operator(number, version, tuple(inputs), outputs, options, fields))
        return -1 if output is None else output

    def variable(self, initial: NDArray[Any]) -> int:
        """Add a variable that begins with these int8 codes; returns its handle."""
        if not self.variables:
            self.operator("CALL_ONCE", [], None, "CallOnceOptions", InitSubgraphIndex=1)
        name = f"variable{len(self.variables)}"
        self.variables[name] = np.asarray(initial, np.int8)
        self.tensors.append(Tensor((), tflite.TensorType.RESOURCE, None))
        return self.operator("VAR_HANDLE", [], len(self.tensors) - 1, "VarHandleOptions", SharedName=name)

    def read_variable(self, handle: int, shape: Sequence[int], scale: float, zero_point: int) -> int:
        """Add the reading of a variable."""
        return self.operator("READ_VARIABLE", [handle], self.tensor(shape, scale, zero_point), "ReadVariableOptions")

    def assign_variable(self, handle: int, value: int) -> None:
        """Add the writing of a variable."""
        self.operator("ASSIGN_VARIABLE", [handle, value], None, "AssignVariableOptions")

    # Helpers of the ops

    def _like(self, x: int, shape: Sequence[int]) -> int:
        source = self.tensors[x]
        self.tensors.append(Tensor(tuple(shape), source.type, source.quantization))
        return len(self.tensors) - 1

    def _int32(self, *shape: int) -> int:
        return self.tensor(shape, dtype=np.int32)

"""A small writer of int8 .tflite files, for tests: no tensorflow, and every field under the test's control.

Ops return the index of their output tensor. `tensor` and `operator` are the raw forms behind them, for the files that
no converter would write.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import ArrayLike, NDArray

Quantization = tuple[Sequence[float], Sequence[int], int]  # scales, zero points, quantized dimension

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


@dataclass
class Tensor:
    """A tensor of the file; `data` makes it a constant, `signature` is what dynamic shapes are declared with."""

    shape: tuple[int, ...]
    type: int
    quantization: Quantization | None
    data: bytes = b""
    signature: tuple[int, ...] | None = None


@dataclass
class Operator:
    """An op of the file; `fields` are those of its options table, by their names in the schema."""

    code: int
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: str | None
    fields: dict[str, Any]


class Builder:
    """Add an input, then ops, then `finish`."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.inputs: list[int] = []
        self.variables: dict[str, NDArray[Any]] = {}  # what each begins with

    # The raw forms

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

    # State

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

    # Ops, with the shapes of their outputs worked out

    def input(self, shape: Sequence[int], scale: float, zero_point: int, **knobs: Any) -> int:
        """Add the input; `shape` includes the batch dimension, 1."""
        self.inputs.append(self.tensor(shape, scale, zero_point, **knobs))
        return self.inputs[-1]

    def conv2d(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike | None,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        stride: tuple[int, int] = (1, 1),
        padding: str = "VALID",
        dilation: tuple[int, int] = (1, 1),
        activation: str = "NONE",
    ) -> int:
        """Add a convolution with int8 weights (out, height, width, in), quantized per output channel or per tensor."""
        reach = [(size - 1) * spread + 1 for size, spread in zip(weights.shape[1:3], dilation, strict=True)]
        shape = (*self._window(x, reach, stride, padding), len(weights))
        inputs = [x, self.constant(weights, weight_scales, dtype=np.int8), self._bias(x, bias, weight_scales)]
        return self.operator(
            "CONV_2D",
            inputs[: 2 if bias is None else 3],
            self.tensor(shape, out_scale, out_zero_point),
            "Conv2DOptions",
            **_strided(stride, padding, activation),
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
        )

    def depthwise_conv2d(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        stride: tuple[int, int] = (1, 1),
        padding: str = "VALID",
        dilation: tuple[int, int] = (1, 1),
        activation: str = "NONE",
    ) -> int:
        """Add a convolution per channel with int8 weights (1, height, width, out), out a multiple of x's channels."""
        reach = [(size - 1) * spread + 1 for size, spread in zip(weights.shape[1:3], dilation, strict=True)]
        channels = weights.shape[3]
        return self.operator(
            "DEPTHWISE_CONV_2D",
            [x, self.constant(weights, weight_scales, 3, dtype=np.int8), self._bias(x, bias, weight_scales)],
            self.tensor((*self._window(x, reach, stride, padding), channels), out_scale, out_zero_point),
            "DepthwiseConv2DOptions",
            **_strided(stride, padding, activation),
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
            DepthMultiplier=channels // self.tensors[x].shape[3],
        )

    def binary(self, code: str, a: int, b: int, out_scale: float, out_zero_point: int, activation: str = "NONE") -> int:
        """Add ADD, SUB or MUL."""
        shape = np.broadcast_shapes(self.tensors[a].shape, self.tensors[b].shape)
        return self.operator(
            code,
            [a, b],
            self.tensor(shape, out_scale, out_zero_point),
            f"{code.capitalize()}Options",
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
        )

    def mean(self, x: int, axes: Sequence[int], out_scale: float, out_zero_point: int, keep_dims: bool) -> int:
        """Add a mean over axes of 0 or more."""
        sizes = self.tensors[x].shape
        shape = [1 if axis in axes else size for axis, size in enumerate(sizes) if keep_dims or axis not in axes]
        y = self.tensor(shape, out_scale, out_zero_point)
        return self.operator("MEAN", [x, self.constant(axes)], y, "ReducerOptions", KeepDims=keep_dims)

    def concatenation(self, inputs: Sequence[int], axis: int) -> int:
        """Add a concatenation; its output has the parameters of the first input."""
        shape = list(self.tensors[inputs[0]].shape)
        shape[axis] = sum(self.tensors[x].shape[axis] for x in inputs)
        y = self._like(inputs[0], shape)
        return self.operator("CONCATENATION", inputs, y, "ConcatenationOptions", Axis=axis, FusedActivationFunction=0)

    def transpose_conv(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike | None,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: str = "VALID",
    ) -> int:
        """Add a transposed convolution to an output of `size`, with int8 weights (out, height, width, in)."""
        shape = (1, *size, len(weights))
        inputs = [self.constant(shape), self.constant(weights, weight_scales, dtype=np.int8), x]
        inputs += [] if bias is None else [self._bias(x, bias, weight_scales)]
        options = {"Padding": getattr(tflite.Padding, padding), "StrideH": stride[0], "StrideW": stride[1]}
        y = self.tensor(shape, out_scale, out_zero_point)
        return self.operator("TRANSPOSE_CONV", inputs, y, "TransposeConvOptions", **options)

    def resize_nearest(self, x: int, size: tuple[int, int], align_corners: bool, half_pixel_centers: bool) -> int:
        """Add a change of height and width by nearest neighbours."""
        batch, _, _, channels = self.tensors[x].shape
        return self.operator(
            "RESIZE_NEAREST_NEIGHBOR",
            [x, self.constant(size)],
            self._like(x, (batch, *size, channels)),
            "ResizeNearestNeighborOptions",
            AlignCorners=align_corners,
            HalfPixelCenters=half_pixel_centers,
        )

    def strided_slice(self, x: int, slices: Sequence[slice | int]) -> int:
        """Add x[slices]; an integer drops its axis, a missing begin or end is written as a bit of a mask."""
        shape = np.empty(self.tensors[x].shape, np.int8)[tuple(slices)].shape
        parts = [part if isinstance(part, slice) else slice(part, part + 1) for part in slices]
        masks = {
            "BeginMask": [part.start is None for part in parts],
            "EndMask": [part.stop is None for part in parts],
            "ShrinkAxisMask": [not isinstance(part, slice) for part in slices],
        }
        limits = [[getattr(part, field) or 0 for part in parts] for field in ("start", "stop")]
        steps = [1 if part.step is None else part.step for part in parts]
        return self.operator(
            "STRIDED_SLICE",
            [x, *(self.constant(values) for values in (*limits, steps))],
            self._like(x, shape),
            "StridedSliceOptions",
            **{mask: sum(bit << axis for axis, bit in enumerate(bits)) for mask, bits in masks.items()},
        )

    def transpose(self, x: int, order: Sequence[int]) -> int:
        """Add x with its axes in that order."""
        shape = [self.tensors[x].shape[axis] for axis in order]
        return self.operator("TRANSPOSE", [x, self.constant(order)], self._like(x, shape), "TransposeOptions")

    def split(self, x: int, parts: int, axis: int) -> list[int]:
        """Add a split into equal parts."""
        shape = list(self.tensors[x].shape)
        shape[axis] //= parts
        outputs = [self._like(x, shape) for _ in range(parts)]
        self.operator("SPLIT", [self.constant(axis), x], outputs[0], "SplitOptions", NumSplits=parts)
        self.operators[-1].outputs = tuple(outputs)
        return outputs

    def max_pool_2d(self, x: int, *window: Any, **options: Any) -> int:
        """Add a max pooling; the arguments are those of `average_pool_2d`."""
        return self._pool("MAX_POOL_2D", x, *window, **options)

    def average_pool_2d(
        self,
        x: int,
        size: tuple[int, int],
        stride: tuple[int, int],
        padding: str = "VALID",
        activation: str = "NONE",
    ) -> int:
        """Add an average pooling; its output has the parameters of its input."""
        return self._pool("AVERAGE_POOL_2D", x, size, stride, padding, activation)

    def fully_connected(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike | None,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        activation: str = "NONE",
        keep_num_dims: bool = False,
    ) -> int:
        """Add a dense layer with int8 weights (out, in); without `keep_num_dims` its output has rank 2."""
        source = self.tensors[x].shape
        rows = source[:-1] if keep_num_dims else (int(np.prod(source)) // weights.shape[1],)
        return self.operator(
            "FULLY_CONNECTED",
            [x, self.constant(weights, weight_scales, dtype=np.int8), self._bias(x, bias, weight_scales)],
            self.tensor((*rows, len(weights)), out_scale, out_zero_point),
            "FullyConnectedOptions",
            6 if bias is None else 5 if keep_num_dims else None,
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
            KeepNumDims=keep_num_dims,
        )

    def reshape(self, x: int, shape: Sequence[int]) -> int:
        """Add a reshape to a constant shape, which may contain one -1."""
        known = np.empty(self.tensors[x].shape).reshape(shape).shape
        return self.operator("RESHAPE", [x, self.constant(shape)], self._like(x, known), "ReshapeOptions")

    def residue_flatten(self, x: int) -> int:
        """Add what Keras leaves of Flatten when the batch size is open: a reshape to a shape computed from x's own."""
        shape = self.operator("SHAPE", [x], self._int32(len(self.tensors[x].shape)), "ShapeOptions", OutType=2)
        ends = [self.constant([value]) for value in (0, 1, 1)]
        batch = self.operator("STRIDED_SLICE", [shape, *ends], self._int32(), "StridedSliceOptions", ShrinkAxisMask=1)
        rest = self.constant(-1)
        packed = self.operator("PACK", [batch, rest], self._int32(2), "PackOptions", ValuesCount=2)
        flat = self._like(x, (1, int(np.prod(self.tensors[x].shape))))
        return self.operator("RESHAPE", [x, packed], flat, "ReshapeOptions")

    def softmax(self, x: int, beta: float = 1.0) -> int:
        """Add a softmax over the last dimension, with the output parameters that int8 requires."""
        y = self.tensor(self.tensors[x].shape, 1 / 256, -128)
        return self.operator("SOFTMAX", [x], y, "SoftmaxOptions", Beta=beta)

    def logistic(self, x: int) -> int:
        """Add a sigmoid, with the output parameters that int8 requires."""
        return self.operator("LOGISTIC", [x], self.tensor(self.tensors[x].shape, 1 / 256, -128))

    def tanh(self, x: int) -> int:
        """Add a hyperbolic tangent, with the output parameters that int8 requires."""
        return self.operator("TANH", [x], self.tensor(self.tensors[x].shape, 1 / 128, 0))

    def relu(self, x: int, out_scale: float, out_zero_point: int) -> int:
        """Add a ReLU that stands alone."""
        return self.operator("RELU", [x], self.tensor(self.tensors[x].shape, out_scale, out_zero_point))

    def relu6(self, x: int, out_scale: float, out_zero_point: int) -> int:
        """Add a ReLU6 that stands alone."""
        return self.operator("RELU6", [x], self.tensor(self.tensors[x].shape, out_scale, out_zero_point))

    def pad(self, x: int, paddings: Sequence[tuple[int, int]]) -> int:
        """Add a zero padding: (before, after) for every dimension."""
        shape = [size + sum(pair) for size, pair in zip(self.tensors[x].shape, paddings, strict=True)]
        return self.operator("PAD", [x, self.constant(paddings)], self._like(x, shape), "PadOptions")

    def pad_v2(self, x: int, paddings: Sequence[tuple[int, int]], code: int) -> int:
        """Add a padding with a code."""
        y = self.pad(x, paddings)
        op = self.operators.pop()
        scales, zero_points, _ = self.tensors[x].quantization or ([], [], 0)
        value = self.tensor((1,), scales[0], zero_points[0], data=np.array([code]))
        return self.operator("PADV2", [*op.inputs, value], y, "PadV2Options")

    def squeeze(self, x: int) -> int:
        """Add a removal of all axes of size 1 but the batch."""
        shape = self.tensors[x].shape
        axes = [axis for axis, size in enumerate(shape) if size == 1 and axis > 0]
        y = self._like(x, [size for axis, size in enumerate(shape) if axis not in axes])
        return self.operator("SQUEEZE", [x], y, "SqueezeOptions", SqueezeDims=axes)

    def expand_dims(self, x: int, axis: int) -> int:
        """Add an axis of size 1."""
        shape = list(self.tensors[x].shape)
        shape.insert(axis, 1)
        return self.operator("EXPAND_DIMS", [x, self.constant(axis)], self._like(x, shape), "ExpandDimsOptions")

    def leaky_relu(self, x: int, out_scale: float, out_zero_point: int, alpha: float) -> int:
        """Add a leaky ReLU."""
        y = self.tensor(self.tensors[x].shape, out_scale, out_zero_point)
        return self.operator("LEAKY_RELU", [x], y, "LeakyReluOptions", Alpha=alpha)

    def hard_swish(self, x: int, out_scale: float, out_zero_point: int) -> int:
        """Add a hard swish."""
        y = self.tensor(self.tensors[x].shape, out_scale, out_zero_point)
        return self.operator("HARD_SWISH", [x], y, "HardSwishOptions")

    def quantize(self, x: int, out_scale: float, out_zero_point: int, dtype: Any = np.int8) -> int:
        """Add a change of parameters, and of type."""
        y = self.tensor(self.tensors[x].shape, out_scale, out_zero_point, dtype=dtype)
        return self.operator("QUANTIZE", [x], y, "QuantizeOptions")

    # Helpers of the ops

    def _window(self, x: int, reach: Sequence[int], stride: Sequence[int], padding: str) -> tuple[int, int, int]:
        lost = [size - 1 if padding == "VALID" else 0 for size in reach]
        batch, *sizes, _ = self.tensors[x].shape
        height, width = (-(-(size - gone) // step) for size, gone, step in zip(sizes, lost, stride, strict=True))
        return batch, height, width

    def _pool(
        self,
        code: str,
        x: int,
        size: tuple[int, int],
        stride: tuple[int, int],
        padding: str = "VALID",
        activation: str = "NONE",
    ) -> int:
        y = self._like(x, (*self._window(x, size, stride, padding), self.tensors[x].shape[-1]))
        options = _strided(stride, padding, activation)
        return self.operator(code, [x], y, "Pool2DOptions", **options, FilterHeight=size[0], FilterWidth=size[1])

    def _bias(self, x: int, bias: ArrayLike | None, weight_scales: float | Sequence[float]) -> int:
        if bias is None:
            return -1
        quantization = self.tensors[x].quantization
        scale = np.float32(quantization[0][0] if quantization else 1) * np.asarray(weight_scales, np.float32)
        return self.constant(bias, scale)

    def _like(self, x: int, shape: Sequence[int]) -> int:
        source = self.tensors[x]
        self.tensors.append(Tensor(tuple(shape), source.type, source.quantization))
        return len(self.tensors) - 1

    def _int32(self, *shape: int) -> int:
        return self.tensor(shape, dtype=np.int32)

    # Writing

    def finish(self, *outputs: int, signature: bool = False) -> bytes:
        """Write the file with these outputs; `signature` adds a serving_default as converters do."""
        return _Writer().model(self, outputs, signature)


def _strided(stride: tuple[int, int], padding: str, activation: str) -> dict[str, int]:
    return {
        "Padding": getattr(tflite.Padding, padding),
        "StrideH": stride[0],
        "StrideW": stride[1],
        "FusedActivationFunction": getattr(tflite.ActivationFunctionType, activation),
    }


class _Writer:
    """Flatbuffers are written from the leaves to the root; every method returns the offset of what it wrote."""

    def __init__(self) -> None:
        self.fb = flatbuffers.Builder(1024)

    def table(self, name: str, **fields: Any) -> int:
        """Write a table; a field that is None is left out, which means the schema's default."""
        getattr(tflite, f"{name}Start")(self.fb)
        for field, value in fields.items():
            if value is not None:
                getattr(tflite, f"{name}Add{field}")(self.fb, value)
        end: Callable[[Any], int] = getattr(tflite, f"{name}End")
        return end(self.fb)

    def array(self, values: Sequence[float], dtype: Any) -> int:
        offset: int = self.fb.CreateNumpyVector(np.asarray(values, dtype))
        return offset

    def tables(self, offsets: Sequence[int]) -> int:
        self.fb.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.fb.PrependUOffsetTRelative(offset)
        end: int = self.fb.EndVector()
        return end

    def buffer(self, data: bytes) -> int:
        if not data:
            return self.table("Buffer")
        self.fb.StartVector(1, len(data), 16)  # kernels read the data in place, as int32 or wider
        self.fb.head -= len(data)
        self.fb.Bytes[self.fb.head : self.fb.head + len(data)] = data
        return self.table("Buffer", Data=self.fb.EndVector())

    def tensor(self, index: int, tensor: Tensor, before: int) -> int:
        quantization = signature = None
        if tensor.quantization:
            scales, zero_points, axis = tensor.quantization
            quantization = self.table(
                "QuantizationParameters",
                Scale=self.array(scales, np.float32),
                ZeroPoint=self.array(zero_points, np.int64),
                QuantizedDimension=axis,
            )
        if tensor.signature is not None:
            signature = self.array(tensor.signature, np.int32)
        return self.table(
            "Tensor",
            Shape=self.array(tensor.shape, np.int32),
            Type=tensor.type,
            Buffer=before + index + 1,
            Name=self.fb.CreateString(f"t{index}"),
            Quantization=quantization,
            ShapeSignature=signature,
        )

    def field(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.fb.CreateString(value)
        return self.array(value, np.int32) if isinstance(value, list) else value

    def operator(self, index: int, op: Operator) -> int:
        fields = {name: self.field(value) for name, value in op.fields.items()}
        return self.table(
            "Operator",
            OpcodeIndex=index,
            Inputs=self.array(op.inputs, np.int32),
            Outputs=self.array(op.outputs, np.int32),
            BuiltinOptionsType=getattr(tflite.BuiltinOptions, op.options or "NONE"),
            BuiltinOptions=self.table(op.options, **fields) if op.options else None,
        )

    def signature(self, inputs: Sequence[int], outputs: Sequence[int]) -> int:
        def maps(tensors: Sequence[int], kind: str) -> int:
            named = [(self.fb.CreateString(f"{kind}_{i}"), tensor) for i, tensor in enumerate(tensors)]
            return self.tables([self.table("TensorMap", Name=name, TensorIndex=tensor) for name, tensor in named])

        key = self.fb.CreateString("serving_default")
        sources, targets = maps(inputs, "input"), maps(outputs, "output")
        return self.table("SignatureDef", Inputs=sources, Outputs=targets, SignatureKey=key)

    def model(self, content: Builder, outputs: Sequence[int], signature: bool) -> bytes:
        contents = [content, *([_initialization(content)] if content.variables else [])]
        operators = [op for part in contents for op in part.operators]
        codes = [
            self.table("OperatorCode", DeprecatedBuiltinCode=min(op.code, 127), BuiltinCode=op.code, Version=op.version)
            for op in operators
        ]
        # Buffer 0 is the empty one by convention; tensor i has buffer i + 1, and the second graph goes on from there.
        tensors = [tensor for part in contents for tensor in part.tensors]
        buffers = self.tables([self.buffer(b""), *(self.buffer(tensor.data) for tensor in tensors)])
        graphs = [self.graph(content, outputs, 0, 0)]
        if content.variables:
            graphs.append(self.graph(contents[1], (), len(content.operators), len(content.tensors)))
        signatures = self.tables([self.signature(content.inputs, outputs)]) if signature else None
        root = self.table(
            "Model",
            Version=3,
            OperatorCodes=self.tables(codes),
            Subgraphs=self.tables(graphs),
            Description=self.fb.CreateString("written by a test"),
            Buffers=buffers,
            SignatureDefs=signatures,
        )
        self.fb.Finish(root, file_identifier=b"TFL3")
        return bytes(self.fb.Output())

    def graph(self, content: Builder, outputs: Sequence[int], operators: int, tensors: int) -> int:
        """Write a subgraph; `operators` and `tensors` are how many those before it have."""
        return self.table(
            "SubGraph",
            Tensors=self.tables([self.tensor(i, tensor, tensors) for i, tensor in enumerate(content.tensors)]),
            Inputs=self.array(content.inputs, np.int32),
            Outputs=self.array(outputs, np.int32),
            Operators=self.tables([self.operator(operators + i, op) for i, op in enumerate(content.operators)]),
            Name=self.fb.CreateString("main" if operators == 0 else "initialization"),
        )


def _initialization(content: Builder) -> Builder:
    """The subgraph that gives the variables what they begin with."""
    b = Builder()
    for name, initial in content.variables.items():
        b.tensors.append(Tensor((), tflite.TensorType.RESOURCE, None))
        handle = b.operator("VAR_HANDLE", [], len(b.tensors) - 1, "VarHandleOptions", SharedName=name)
        b.assign_variable(handle, b.tensor(initial.shape, 1.0, data=initial))
    return b

"""The bytes of the file."""

from collections.abc import Callable, Sequence
from typing import Any

import flatbuffers
import numpy as np
import tflite

from tests.support.tflite.raw import Raw
from tests.support.tflite.records import Operator, Tensor


class Writer:
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

    def model(self, content: Raw, outputs: Sequence[int], signature: bool) -> bytes:
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

    def graph(self, content: Raw, outputs: Sequence[int], operators: int, tensors: int) -> int:
        """Write a subgraph; `operators` and `tensors` are how many those before it have."""
        return self.table(
            "SubGraph",
            Tensors=self.tables([self.tensor(i, tensor, tensors) for i, tensor in enumerate(content.tensors)]),
            Inputs=self.array(content.inputs, np.int32),
            Outputs=self.array(outputs, np.int32),
            Operators=self.tables([self.operator(operators + i, op) for i, op in enumerate(content.operators)]),
            Name=self.fb.CreateString("main" if operators == 0 else "initialization"),
        )


def _initialization(content: Raw) -> Raw:
    """The subgraph that gives the variables what they begin with."""
    b = Raw()
    for name, initial in content.variables.items():
        b.tensors.append(Tensor((), tflite.TensorType.RESOURCE, None))
        handle = b.operator("VAR_HANDLE", [], len(b.tensors) - 1, "VarHandleOptions", SharedName=name)
        b.assign_variable(handle, b.tensor(initial.shape, 1.0, data=initial))
    return b

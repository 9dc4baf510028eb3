"""The records of a .tflite file: names that the schema's generated classes give to numbers."""

import pytest
import tflite

from edgecnn.converters.tflite_file import enumerators

ENUMERATIONS = {
    tflite.BuiltinOperator: {"ADD": 0, "CONV_2D": 3, "SOFTMAX": 25, "CUSTOM": 32, "QUANTIZE": 114},
    tflite.TensorType: {"FLOAT32": 0, "INT32": 2, "INT8": 9},
    tflite.BuiltinOptions: {"NONE": 0, "Conv2DOptions": 1},
    tflite.Padding: {"SAME": 0, "VALID": 1},
    tflite.ActivationFunctionType: {"NONE": 0, "RELU": 1, "RELU6": 3},
    tflite.FullyConnectedOptionsWeightsFormat: {"DEFAULT": 0},
}


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda kind: kind.__name__)
def test_only_enumerators_are_names_whatever_python_keeps_in_the_class(enumeration: type) -> None:
    """Python 3.13 adds `__firstlineno__`, a number, in front of all of them, and took a line for an operator."""
    names = enumerators(enumeration)
    assert ENUMERATIONS[enumeration].items() <= {name: number for number, name in names.items()}.items()
    own = {name: number for name, number in vars(enumeration).items() if not name.startswith("__")}
    assert set(names.values()) <= own.keys()
    for number in names:
        notes = {"__firstlineno__": number, "__static_attributes__": (), "_note": number}
        assert enumerators(type("Generated", (), {**notes, **own, "_method": len})) == names

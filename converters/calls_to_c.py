"""The calls of the layers' kernels in C, and the table of where their outputs lie."""

from __future__ import annotations

from collections.abc import Sequence

from edgecnn.graph import Graph
from edgecnn.lowering.planner import Plan

from . import c_text
from .layer_to_c import Layer, shape
from .located import Located, joined, named


def invoke_layer(layers: Sequence[Layer], memory: Plan) -> Located:
    """What calls the kernel of each layer; what is streamed is called when its rows are handed over."""
    computes = any(not layer.step.stages for layer in layers)
    arena = "int8_t *const arena = memory->arena;" if computes else "(void)memory;"
    lines = c_text.table([_call(layer, memory) for layer in layers]) if layers else []
    cases = (
        f"{line}\n" if layer.step.stages else named(layer.called, f"{line}\n")
        for layer, line in zip(layers, lines, strict=True)
    )
    return joined([f"  {arena}\n  switch (layer) {{\n", *cases, "    default: break;\n  }\n"])


def _call(layer: Layer, memory: Plan) -> tuple[str, str, str]:
    step, offsets = layer.step, memory.offsets
    if step.stages:
        return f"    case {layer.number}:", "break;", f"/* {shape(step.output)}, by its rows */"
    starts = [offsets[step.output], *([memory.scratch[step]] if layer.call.scratch else [])]
    places = ", ".join([*layer.inputs(offsets), *(f"arena + {start}" for start in starts)])
    call = f"edgecnn_{layer.call.kernel}(&{layer.symbol}, {places}); break;"
    return f"    case {layer.number}:", call, f"/* {shape(step.output)} */"


def layer_outputs(name: str, layers: Sequence[Layer], graph: Graph, memory: Plan) -> str:
    """Offset and size of each layer's output."""
    tensors = [*(layer.step.output for layer in layers), graph.outputs[-1].tensor]
    outputs = "".join(f"    {{{memory.offsets[tensor]}, {tensor.bytes}}},\n" for tensor in tensors)
    return f"""static const EDGECNN_FLASH struct {{
  int32_t offset, size;
}} layer_outputs[{name}_LAYERS + 1] = {{
{outputs}}};

int32_t {name}_layer_output_size(int layer) {{ return layer_outputs[layer].size; }}
"""

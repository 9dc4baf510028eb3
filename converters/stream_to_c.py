"""The C of streamed layers: the table of their stages, and the functions by which rows are handed over."""

from __future__ import annotations

from collections.abc import Sequence

from edgecnn.program.program import Step

from . import c_text
from .api_to_c import Function
from .layer_to_c import Layer
from .located import Located, joined, named

HEADER, STATE = "stream", "stream_state"  # in firmware/runtime


def api(name: str) -> list[Function]:
    """What a streamed network has instead of NAME_input."""
    size, rows = f"{name}_INPUT_ROW_SIZE", f"{name}_INPUT_ROWS"
    states = "memory->stages, STAGES"
    row = "return edgecnn_stage_row(&stages[0], &memory->stages[0], memory->arena);"
    push = f"edgecnn_stream_push(stages, {states}, memory->arena, run_stage);"
    pushed = f"It is written: compute what can be computed. After {rows} rows layer 0 is done."
    return [
        Function(
            "void", "begin", "Before the rows of each input: start over.", f"edgecnn_stream_begin(stages, {states});"
        ),
        Function("int8_t *", "row", f"Where to write the {size} input codes of the next row.", row),
        Function("void", "push_row", pushed, push),
    ]


def memory(step: Step) -> str:
    """What lies in a network's memory beside the arena."""
    return f"  edgecnn_stage_state stages[{len(step.stages) + 1}];\n"


def macros(step: Step) -> dict[str, str]:
    """The constants of the C API that only a streamed network has."""
    rows = step.inputs[0].shape[1]
    return {"INPUT_ROWS": str(rows), "INPUT_ROW_SIZE": str(step.inputs[0].size // rows)}


def stages(step: Step, parts: Sequence[Layer], memory: int, output: int) -> Located:
    """The table of stages, and the calls of their kernels, a part each; `memory` and `output` are where in the arena
    the step's own memory and its output lie."""
    rows = []
    for index, (stage, part) in enumerate(zip(step.stages, parts, strict=True)):
        places = f"arena + {memory + stage.slab}, output"
        scratch = f", arena + {memory + stage.scratch}" if part.call.scratch else ""
        rows.append((f"    case {index}:", f"edgecnn_{part.call.kernel}(&{part.symbol}, {places}{scratch}); break;"))
    lines = zip(parts, c_text.table(rows), strict=True)
    table = f"""static const EDGECNN_FLASH edgecnn_stage stages[] = {{
    /* slab, row size; extent, stride; rows of padding, of input, of padding; code of padding */
{_table(step, memory, output)}}};

enum {{ STAGES = sizeof stages / sizeof stages[0] }};

static void run_stage(int stage, int8_t *arena, int8_t *output) {{
  switch (stage) {{
"""
    calls = (named(part.called, f"{line}\n") for part, line in lines)
    return joined([table, *calls, "    default: break;\n  }\n}\n"])


def _table(step: Step, memory: int, output: int) -> str:
    rows = []
    for stage in step.stages:
        size = stage.step.inputs[0].size // stage.extent
        rows.append(
            (memory + stage.slab, size, stage.extent, stage.stride, stage.top, stage.height, stage.bottom, stage.fill)
        )
    height = step.output.shape[1]
    rows.append((output, step.output.size // height, height + 1, 1, 0, height, 0, 0))
    return "".join(f"    {{{', '.join(map(str, row))}}},\n" for row in rows)

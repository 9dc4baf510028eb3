"""x86-64: every row of the kernels' tables that this processor can run, byte for byte and under sanitizers."""

import platform
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgecnn import zoo
from edgecnn.building import compiler
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of, read_tflite
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from edgecnn.targets.cores.x86_64 import BLOCKS
from edgecnn.targets.techniques.blocks import groups
from tests.support.networks import network
from tests.support.tflite_builder import Builder

NETWORKS, INPUTS = 12, 3
ROWS = {"AVX-512 VNNI": 0, "AVX2": 1, "plain C": 2}
_FLAGS = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")

# For each input of each network, from stdin: the output of every layer, to stdout.
_MAIN = """
#include <stdio.h>
#include <stdlib.h>

int first_row;

int main(int count, char **arguments) {
  first_row = count > 1 ? atoi(arguments[1]) : 0;
RUNS  return 0;
}
"""
_RUN = f"""
  for (int i = 0; i < {INPUTS}; i++) {{
    if (fread(NAME_input(), 1, NAME_INPUT_SIZE, stdin) != NAME_INPUT_SIZE) return 1;
    for (int layer = 0; layer < NAME_LAYERS; layer++) {{
      NAME_invoke_layer(layer);
      fwrite(NAME_layer_output(layer), 1, (size_t)NAME_layer_output_size(layer), stdout);
    }}
  }}
"""

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="kernels of another processor")


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, bytes]:
    """A program of all networks, their inputs, and what all layers are to give."""
    work = tmp_path_factory.mktemp("x86_64")
    rng = np.random.default_rng(0)
    graphs = [read_tflite(zoo.trained("lenet5_mnist")), *(network(rng) for _ in range(NETWORKS))]
    inputs, expected, served = [], b"", set()
    for i, graph in enumerate(graphs):
        fuse = i % 3 != 1
        write_c(graph, work / f"n{i}", name=f"n{i}", target="x86-64", fuse=fuse)
        x = rng.integers(-128, 128, (INPUTS, *graph.input.shape[1:])).astype(np.int8)
        inputs.append(x.tobytes())
        codes = trace(graph, x)
        steps = [step for step in lower(graph, "x86-64", fuse=fuse).steps if step.call]
        served |= {step.call.kernel for step in steps if step.call and step.call.folder == BLOCKS.folder}
        expected += b"".join(codes[step.output][n].tobytes() for n in range(INPUTS) for step in steps)
    assert served == {"conv2d_blocks_s8", "conv2d_max_pool2d_blocks_s8", "fully_connected_blocks_s8"}
    return _compiled(work, len(graphs)), b"".join(inputs), expected


def _compiled(work: Path, count: int) -> Path:
    """A program of all networks; its argument says where the kernels' tables are read first."""
    names = [f"n{i}" for i in range(count)]
    includes = "".join(f'#include "{name}/{name}.h"\n' for name in names)
    runs = "".join(_RUN.replace("NAME", name) for name in names)
    main, first = work / "main.c", work / "first.h"
    main.write_text(f"{includes}{_MAIN.replace('RUNS', runs)}")
    first.write_text("extern int first_row;\n#define EDGECNN_X86_FIRST first_row\n")
    kernels = {kernel.name: kernel for kernel in work.glob("*/runtime/*.c")}.values()
    sources = [main, *(work / name / f"{name}.c" for name in names), *kernels]
    flags = (*compiler.STRICT, *_FLAGS, "-include", str(first), f"-I{work}")
    compiler.host().run([*flags, *map(str, sources), "-o", str(work / "run")])
    return work / "run"


@pytest.mark.parametrize("row", ROWS)
def test_every_byte_of_every_layer_and_no_finding_of_the_sanitizers(
    row: str, networks: tuple[Path, bytes, bytes]
) -> None:
    program, inputs, expected = networks
    done = subprocess.run([program, str(ROWS[row])], input=inputs, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    np.testing.assert_array_equal(np.frombuffer(done.stdout, np.int8), np.frombuffer(expected, np.int8))


def test_a_group_covers_what_lies_side_by_side() -> None:
    rows = [y * 10 + x for y in range(2) for x in range(5)]
    offsets, taps = groups(rows, 4)
    assert offsets.tolist() == [0, 4, 10, 14]
    assert taps.tolist() == [0, 1, 2, 3, 4, 8, 9, 10, 11, 12]
    assert groups([0, 2, 4], 4)[1].tolist() == [0, 2, 4]  # dilated: a tap between them is free


def test_what_cannot_be_proved_is_left_to_the_plain_kernel(tmp_path: Path) -> None:
    b = Builder()
    x = b.input((1, 2, 2, 1), 1.0, 0)
    for bias in (2**30, 2**31 - 1000):
        x = b.conv2d(x, np.ones((1, 1, 1, 1), np.int8), [bias], [2.0**-29], 1.0, 0)
    graph = graph_of(b.finish(x))
    assert [step.call.folder for step in lower(graph, "x86-64").steps if step.call] == [BLOCKS.folder, ""]
    write_c(graph, tmp_path / "c", target="x86-64")  # with both

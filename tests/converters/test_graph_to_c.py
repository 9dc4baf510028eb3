"""The generated C: its text, what the folder and the manifest hold, and what cannot be C."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters import c_text
from edgecnn.converters.facts import FlashEstimate
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.manifest import MANIFEST, read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import DoesNotFitError
from edgecnn.graph import Graph
from edgecnn.host import HostModel
from edgecnn.support import paths
from edgecnn.version import VERSION
from tests.support.c_folder import contents
from tests.support.small_networks import everything, tiny
from tests.support.tflite_builder import Builder

TINY_C = """#include "tiny.h"

#include "runtime/flash.h"
#include "runtime/fully_connected_s8.h"

/* Layer 0: fully_connected relu, 1x3x1 -> 2 */
static const EDGECNN_FLASH EDGECNN_WEIGHTS int8_t layer0_weights[6] = {
    1, -2, 3, 4, 5, -6,
};

static const EDGECNN_FLASH EDGECNN_WEIGHTS int32_t layer0_bias[2] = {
    -998, 10,
};

static const EDGECNN_FLASH EDGECNN_WEIGHTS int32_t layer0_multipliers[2] = {
    1073741824, 1073741824,
};

static const EDGECNN_FLASH EDGECNN_WEIGHTS int8_t layer0_shifts[2] = {
    1, 1,
};

static const EDGECNN_FLASH edgecnn_fully_connected_s8_params layer0 = {
    .rows = 1,
    .input_depth = 3,
    .output_channels = 2,
    .output_zero_point = 2,
    .output_min = 2,
    .output_max = 127,
    .weights = layer0_weights,
    .bias = layer0_bias,
    .multipliers = layer0_multipliers,
    .shifts = layer0_shifts,
};

static const EDGECNN_FLASH struct {
  int32_t offset, size;
} layer_outputs[tiny_LAYERS + 1] = {
    {3, 2},
    {3, 2},
};

int32_t tiny_layer_output_size(int layer) { return layer_outputs[layer].size; }

int8_t *tiny_input_in(tiny_memory *memory) { return memory->arena + 0; }

void tiny_invoke_in(tiny_memory *memory) {
  for (int layer = 0; layer < tiny_LAYERS; layer++) tiny_invoke_layer_in(memory, layer);
}

const int8_t *tiny_output_in(const tiny_memory *memory) { return memory->arena + 3; }

void tiny_invoke_layer_in(tiny_memory *memory, int layer) {
  int8_t *const arena = memory->arena;
  switch (layer) {
    case 0:  edgecnn_fully_connected_s8(&layer0, arena + 0, arena + 3); break;  /* 2 */
    default: break;
  }
}

const int8_t *tiny_layer_output_in(const tiny_memory *memory, int layer) {
  return memory->arena + layer_outputs[layer].offset;
}

static EDGECNN_ARENA tiny_memory own;

int8_t *tiny_input(void) { return tiny_input_in(&own); }
void tiny_invoke(void) { tiny_invoke_in(&own); }
const int8_t *tiny_output(void) { return tiny_output_in(&own); }
void tiny_invoke_layer(int layer) { tiny_invoke_layer_in(&own, layer); }
const int8_t *tiny_layer_output(int layer) { return tiny_layer_output_in(&own, layer); }
"""


def test_the_text_of_one_layer(tmp_path: Path) -> None:
    write_c(tiny(), tmp_path / "c", name="tiny")
    source = (tmp_path / "c" / "tiny.c").read_text()
    licence, opening, rest = source.split(" */\n", 2)
    assert rest == TINY_C
    assert licence == "/* SPDX-License-Identifier: Apache-2.0"
    assert opening.splitlines() == [
        "/*",
        f" * tiny: made by edgecnn {VERSION}; do not edit, convert the model again.",
        " * The code is edgecnn's, under the licence above; the numbers are the model's, under its own.",
        " *",
        f" * From a TFLite model with SHA-256 {tiny().sha256}",
        " * For any core with a C99 compiler, optimized for most of the speed for little code and RAM.",
        " *",
        " * input   1x3x1 int8 codes: real value = 0.5 * (code - -1)",
        " * output  2 int8 codes: real value = 0.125 * (code - 2)",
        " * arena   5 bytes, 8 parameters, 6 multiply-accumulates",
        " *",
        " * layer                        output  MACs  flash bytes  arena bytes",
        " * 0      fully_connected relu  2       6     64           3..4",
    ]
    header = (tmp_path / "c" / "tiny.h").read_text()
    for line in ("#define tiny_INPUT_SIZE 3", "#define tiny_INPUT_ZERO_POINT (-1)", "#define tiny_OUTPUT_SCALE 0.125f"):
        assert f"{line}\n" in header
    assert "#define TINY_ARENA_SIZE tiny_ARENA_SIZE\n" in header


def test_the_same_graph_gives_the_same_bytes_without_dates_or_places(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_c(everything(), tmp_path / folder)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    for path, data in contents(tmp_path / "a").items():
        if not path.endswith(".tflite"):
            assert str(tmp_path) not in data.decode()
            assert not re.search(r"\b20\d\d-\d\d|\d\d:\d\d", data.decode()), path
            assert not re.search(r'"/|[A-Z]:\\', data.decode()), path


def test_the_folder_holds_what_it_needs_and_the_manifest_says_so(tmp_path: Path) -> None:
    write_c(tiny(), tmp_path / "c", name="tiny")
    manifest = read_manifest(tmp_path / "c")
    written = contents(tmp_path / "c")
    runtime = ["fixed_point.h", "flash.h", "fully_connected_s8.c", "fully_connected_s8.h", "kernel.h", "symbols.h"]
    assert set(written) == {MANIFEST, "LICENSE", "CMakeLists.txt", "tiny.c", "tiny.h", "tiny.tflite"} | {
        f"runtime/{file}" for file in runtime
    }
    assert written["tiny.tflite"] == tiny().source
    kernel = paths.runtime() / "portable" / "fully_connected_s8.c"
    assert written["runtime/fully_connected_s8.c"] == kernel.read_bytes()
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in written.items() if path != MANIFEST}
    assert manifest.files == hashes
    assert manifest.model.sha256 == hashes["tiny.tflite"]
    assert (manifest.macs, manifest.parameters, manifest.arena.bytes) == (6, 8, 5)
    (layer,) = manifest.layers
    # |bias| + sum |weights| * (|zero point| + 128), times 2 for the shift of a multiplier of 1
    assert layer.accumulator_bound == max(1000 + 6 * 129, 7 + 15 * 129) * 2
    code = json.loads((paths.runtime() / "code_size.json").read_text())["bytes"]["portable/fully_connected_s8"]
    assert manifest.flash_estimate == FlashEstimate(64, {"fully_connected_s8": code})


def test_a_graph_without_layers(tmp_path: Path) -> None:
    b = Builder()
    write_c(graph_of(b.finish(b.reshape(b.input((1, 2, 3), 1, 0), (1, 6)))), tmp_path / "c")
    assert HostModel(tmp_path / "c").invoke(np.arange(6, dtype=np.int8).reshape(1, 2, 3)).tolist() == [
        [0, 1, 2, 3, 4, 5]
    ]


def test_extreme_constants(tmp_path: Path) -> None:
    assert "    INT32_MIN, 2147483647, -2147483647,\n" in c_text.constant(
        "x", np.array([-(2**31), 2**31 - 1, 1 - 2**31], np.int32)
    )
    b = Builder()
    bias = np.array([2**31 - 1, 1 - 2**31])
    y = b.fully_connected(b.input((1, 1), 1, 0), np.zeros((2, 1), np.int8), bias, 2.0**-25, 1.0, 0)
    write_c(graph_of(b.finish(y)), tmp_path / "c")
    assert HostModel(tmp_path / "c").invoke(np.zeros((1, 1), np.int8)).tolist() == [[64, -64]]


def test_a_comment_cannot_be_ended_from_within() -> None:
    assert c_text.comment(["a */ b"]) == "/*\n * a * / b\n */\n"


def test_an_accumulator_that_could_overflow_is_refused(tmp_path: Path) -> None:
    def model(bias: int) -> Graph:
        b = Builder()
        return graph_of(
            b.finish(b.fully_connected(b.input((1, 1), 1, -128), np.array([[100]]), np.array([bias]), 0.25, 1.0, 0))
        )

    reach = 100 * (128 + 128)  # the weight's, with the zero point folded into the bias
    write_c(model(2**31 - 1 - reach), tmp_path / "fits")
    with pytest.raises(DoesNotFitError, match="fully_connected 't3' can reach 2147483648 in an int32") as caught:
        write_c(model(2**31 - reach), tmp_path / "c")
    assert caught.value.exit_code == 20
    assert not (tmp_path / "c").exists()


def test_an_arena_beyond_int32_is_refused(tmp_path: Path) -> None:
    b = Builder()
    y = b.pad(b.input((1, 30000, 30000, 1), 1, 0), [(0, 0), (5000, 5000), (5000, 5000), (0, 0)])
    with pytest.raises(DoesNotFitError, match="2500000000 bytes of memory"):
        write_c(graph_of(b.finish(y)), tmp_path / "c")

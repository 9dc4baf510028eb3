"""The generated C: its text, that strict compilers, C++, a bare Cortex-M4 and sanitizers take it, and its folder."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from edgecnn import paths
from edgecnn.building import compiler
from edgecnn.converters import c_text
from edgecnn.converters.c_names import name_of
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.manifest import MANIFEST, FlashEstimate, read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import DoesNotFitError, EdgecnnError, UsageError
from edgecnn.graph import Graph
from edgecnn.host import HostModel
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from edgecnn.version import VERSION
from tests.support.elf import symbols
from tests.support.lenet import lenet
from tests.support.random_models import random_input, random_model
from tests.support.sanitized import Sanitized
from tests.support.seeds import seed
from tests.support.small_networks import everything, tiny
from tests.support.tflite_builder import Builder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def c_files(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.rglob("*.c"))]


def program(*names: str) -> str:
    """The first of these that is installed; none is a failure, not a reason to skip."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found, f"none of {', '.join(names)} is installed"
    return found


# The text

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


# Compilers


def test_strict_compilers_have_nothing_to_say(tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "c")
    zig = compiler.zig()
    assert zig, "ziglang is not installed"
    gcc = compiler.Compiler((program("gcc"),), "gcc")
    strict = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror")
    for cc in (gcc, zig):
        for optimisation in ("-O0", "-O2"):
            for source in c_files(tmp_path / "c"):
                cc.run([*strict, optimisation, f"-I{tmp_path / 'c'}", "-c", source, "-o", str(tmp_path / "x.o")])


def test_the_header_serves_cplusplus(tmp_path: Path) -> None:
    write_c(tiny(), tmp_path / "c", name="tiny")
    (tmp_path / "main.cpp").write_text("""
#include "tiny.h"
int main() {
  for (int i = 0; i < TINY_INPUT_SIZE; i++) tiny_input()[i] = static_cast<int8_t>(20 * i);
  tiny_invoke();
  return tiny_output()[0] == 2 && tiny_output()[1] == tiny_layer_output(0)[1] ? tiny_output()[1] : 99;
}
""")
    cxx = [shutil.which("g++") or ""] if shutil.which("g++") else [sys.executable, "-m", "ziglang", "c++"]
    objects = []
    for source in c_files(tmp_path / "c"):
        objects.append(str(tmp_path / f"{Path(source).stem}.o"))
        compiler.host().run(["-std=c99", f"-I{tmp_path / 'c'}", "-c", source, "-o", objects[-1]])
    target = str(tmp_path / "main")
    command = [*cxx, "-Wall", "-Wextra", "-Werror", f"-I{tmp_path / 'c'}", str(tmp_path / "main.cpp"), *objects]
    subprocess.run([*command, "-o", target], check=True)
    # 2 + (7 + 4 * 1 + 5 * 21 - 6 * 41) is negative: ReLU leaves the zero point
    assert subprocess.run([target], check=False).returncode == 2


def test_a_bare_cortex_m4_needs_no_library(tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "c")
    zig = compiler.zig()
    assert zig, "ziglang is not installed"
    defined: set[str] = set()
    undefined: set[str] = set()
    flags = ["-target", "thumb-freestanding-eabi", "-mcpu=cortex_m4", "-Os", "-nostdlib", "-ffreestanding"]
    for source in c_files(tmp_path / "c"):
        zig.run([*compiler.STRICT, *flags, f"-I{tmp_path / 'c'}", "-c", source, "-o", str(tmp_path / "x.o")])
        with (tmp_path / "x.o").open("rb") as file:
            for symbol in symbols(ELFFile(file)):
                (undefined if symbol["st_shndx"] == "SHN_UNDEF" else defined).add(symbol.name)
    missing = {name for name in undefined - defined - {""} if not name.startswith("__aeabi_")}
    assert "model_invoke" in defined
    assert missing <= {"memcpy", "memset", "memmove"}


def test_cmake_builds_the_folder(tmp_path: Path) -> None:
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("cmake is not installed")
    write_c(everything(), tmp_path / "c")
    for arguments in (["-S", str(tmp_path / "c"), "-B", str(tmp_path / "build")], ["--build", str(tmp_path / "build")]):
        subprocess.run([cmake, *arguments], check=True, capture_output=True)
    assert (tmp_path / "build" / "libmodel.a").is_file()


# Sanitizers


def extreme_softmax() -> bytes:
    b = Builder()
    return b.finish(b.softmax(b.input((1, 5), 1e6, 0)))


def idle_channel() -> bytes:
    """All-zero weights under a multiplier as large as is accepted."""
    b = Builder()
    weights = np.zeros((2, 3), np.int8)
    return b.finish(b.fully_connected(b.input((1, 3), 1, 0), weights, None, [2.0**29, 1.0], 1.0, 0))


def many_classes() -> bytes:
    b = Builder()
    return b.finish(b.softmax(b.input((1, 900), 1e-6, 0)))


def wide_arena() -> bytes:
    b = Builder()
    x = b.input((1, 1, 1, 3), 1, 5)
    return b.finish(b.max_pool_2d(b.pad(x, [(0, 0), (4, 0), (0, 9), (2, 2)]), (3, 3), (2, 5), "SAME"))


@pytest.mark.parametrize("fuse", [True, False], ids=["fused", "op by op"])
@pytest.mark.parametrize(
    "model",
    [
        *(random_model(np.random.default_rng(seed(number)))[0] for number in range(9000, 9008)),
        *(lenet(), extreme_softmax(), idle_channel(), many_classes(), wide_arena()),
    ],
    ids=[*(f"seed {seed(number)}" for number in range(9000, 9008)), "lenet", "softmax", "idle", "classes", "wide"],
)
def test_sanitizers_find_nothing(model: bytes, fuse: bool, tmp_path: Path) -> None:
    graph = graph_of(model)
    write_c(graph, tmp_path / "c", fuse=fuse)
    x = random_input(np.random.default_rng(0), graph.input.shape, 5)
    x[0], x[1] = -128, 127
    values = trace(graph, x)
    layers = [values[step.output].reshape(len(x), -1) for step in lower(graph, fuse=fuse).steps if step.call]
    assert layers
    expected = np.concatenate([*layers, values[graph.output].reshape(len(x), -1)], axis=1)
    np.testing.assert_array_equal(Sanitized(tmp_path / "c", tmp_path).trace(x), expected)


# Refusals, and the folder


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


@pytest.mark.parametrize("name", ["", "1st", "_x", "a-b", "ä", "a b", "x" * 49, "edgecnn_conv2d_s8", "a\n"])
def test_names_that_are_no_c(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name C functions"):
        write_c(tiny(), tmp_path / "c", name=name)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a/lenet5.tflite", "lenet5"),
        ("my-net.v2.tflite", "my_net_v2"),
        ("5x.tflite", "model_5x"),
        ("é.tflite", "model__"),
    ],
)
def test_names_from_files(file: str, name: str, tmp_path: Path) -> None:
    assert name_of(file) == name
    write_c(tiny(), tmp_path / "c", name=name)


def test_odd_names_compile(tmp_path: Path) -> None:
    for name in ("layer", "layer0", "arena", "runtime", "manifest", "INT8", "M", "edgecnn"):
        write_c(tiny(), tmp_path / name, name=name)
        x = np.array([[[0], [20], [40]]], np.int8).reshape(1, 1, 3, 1)
        assert HostModel(tmp_path / name, flags=("-std=c99", "-fPIC", "-shared")).invoke(x).tolist() == [[2, 2]]


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    for place in ("thesis", "file"):
        with pytest.raises(EdgecnnError, match="was not made by edgecnn"):
            write_c(tiny(), tmp_path / place)
    assert contents(tmp_path) == {"thesis/thesis.tex": b"years of work", "file": b"a file"}


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(EdgecnnError, match=r"cannot write .*; choose a place"):
        write_c(tiny(), tmp_path / "file" / "c")


def test_ours_is_replaced_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()  # an empty folder is taken
    write_c(everything(), tmp_path / "c", name="first")
    write_c(tiny(), tmp_path / "c", name="second")
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        "CMakeLists.txt",
        "LICENSE",
        MANIFEST,
        "runtime",
        "second.c",
        "second.h",
        "second.tflite",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


@pytest.mark.parametrize("place", ["main.c", "runtime/mine.h"])
def test_a_users_file_in_our_folder_is_never_lost(place: str, tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "c")
    (tmp_path / "c" / place).write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(EdgecnnError, match=re.escape(place)):
        write_c(tiny(), tmp_path / "c")
    assert contents(tmp_path) == before


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "c")
    (tmp_path / "link").symlink_to(tmp_path / "c")
    write_c(tiny(), tmp_path / "link", name="second")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "c" / "second.c").is_file()

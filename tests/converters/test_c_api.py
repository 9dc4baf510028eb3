"""What firmware can do with generated C: several networks in one program, memory of its own, sections, licences."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from edgecnn.building import compiler
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.support import paths
from tests.support.elf import symbols
from tests.support.tflite_builder import Builder

STRICT = (*compiler.STRICT, "-Wshadow")
LICENCE = "SPDX-License-Identifier: Apache-2.0"


def pooled(value: int) -> Graph:
    """A convolution and a max pool over 4x4 codes."""
    b = Builder()
    x = b.conv2d(b.input((1, 4, 4, 1), 1, 0), np.full((2, 3, 3, 1), value, np.int8), None, 1.0, 8.0, 0, padding="SAME")
    return graph_of(b.finish(b.max_pool_2d(x, (2, 2), (2, 2))))


def run(main: str, folders: list[Path], work: Path, *flags: str) -> list[int]:
    """The numbers that a program prints; it is linked from `main` and every .c file of the folders."""
    (work / "main.c").write_text(main)
    sources = [str(path) for folder in folders for path in sorted(folder.rglob("*.c"))]
    includes = [f"-I{folder}" for folder in folders]
    program = work / "main"
    compiler.host().run([*STRICT, *flags, *includes, str(work / "main.c"), *sources, "-o", str(program)])
    done = subprocess.run([str(program)], capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split()]


BOTH = """
#include <stdio.h>
#include "first.h"
#include "second.h"
int main(void) {
  for (int i = 0; i < 16; i++) first_input()[i] = second_input()[i] = (int8_t)(i - 5);
  first_invoke();
  second_invoke();
  for (int i = 0; i < first_OUTPUT_SIZE; i++) printf("%d ", first_output()[i]);
  for (int i = 0; i < second_OUTPUT_SIZE; i++) printf("%d ", second_output()[i]);
  return 0;
}
"""


def expected(*graphs: Graph) -> list[int]:
    x = np.arange(-5, 11, dtype=np.int8).reshape(1, 4, 4, 1)
    return [int(code) for graph in graphs for code in graph.evaluate(x).ravel()]


def two(work: Path, change: Callable[[str], str] = str) -> tuple[Graph, Graph]:
    """Two networks in folders of their own, the kernels of the second changed."""
    graphs = pooled(3), pooled(-5)
    for name, graph in zip(("first", "second"), graphs, strict=True):
        write_c(graph, work / name, name=name)
    for file in (work / "second" / "runtime").iterdir():
        file.write_text(change(file.read_text()))
    return graphs


def test_two_networks_link_into_one_program_and_share_their_kernels(tmp_path: Path) -> None:
    graphs = two(tmp_path)
    folders = [tmp_path / "first", tmp_path / "second"]
    assert run(BOTH, folders, tmp_path, "-O2", "-ffunction-sections", "-Wl,--gc-sections") == expected(*graphs)
    with (tmp_path / "main").open("rb") as file:
        kernels = [
            symbol.name for symbol in symbols(ELFFile(file)) if symbol.name.startswith("edgecnn_conv2d_max_pool2d_s8")
        ]
    assert len(kernels) == 1
    assert re.fullmatch(r"edgecnn_conv2d_max_pool2d_s8_[0-9a-f]{8}", kernels[0])


def test_kernels_of_two_versions_are_never_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second network comes from an edgecnn whose convolution negates its sums; each keeps its own."""
    other = tmp_path / "firmware"
    shutil.copytree(paths.firmware(), other)
    kernel = other / "runtime" / "portable" / "conv2d_block_s8.h"
    kernel.write_text(kernel.read_text().replace("edgecnn_mbqm(", "edgecnn_mbqm(-", 1))
    write_c(pooled(3), tmp_path / "first", name="first")
    monkeypatch.setattr(paths, "firmware", lambda: other)
    write_c(pooled(-3), tmp_path / "second", name="second")
    both = [tmp_path / "first", tmp_path / "second"]
    first = expected(pooled(3))
    for folders in (both, both[::-1]):
        numbers = run(BOTH, folders, tmp_path)
        assert numbers[:8] == first
        assert numbers[8:] != expected(pooled(-3))


def test_a_hash_of_its_sources_and_headers_names_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def name(folder: str, change: str | None) -> str:
        other = tmp_path / f"firmware of {folder}"
        shutil.copytree(paths.firmware(), other)
        if change:
            with (other / "runtime" / change).open("a") as file:
                file.write("/* changed */\n")
        with monkeypatch.context() as patch:
            patch.setattr(paths, "firmware", lambda: other)
            write_c(pooled(3), tmp_path / folder)
        (line,) = re.findall("#define edgecnn_.*", (tmp_path / folder / "runtime" / "symbols.h").read_text())
        return str(line)

    same = name("a", None)
    assert name("b", None) == same
    assert name("c", "softmax_s8.c") == same  # not of this kernel
    changed = {name(f"d{i}", change) for i, change in enumerate(("dot_s8.h", "portable/conv2d_max_pool2d_s8.c"))}
    assert len(changed | {same}) == 3


@pytest.mark.parametrize("stream", [0, 1], ids=["whole", "by rows"])
def test_the_caller_may_own_the_memory(stream: int, tmp_path: Path) -> None:
    """Two inferences in turn, layer by layer, in memory of two stack frames' own, neither disturbing the other."""
    graph = pooled(3)
    write_c(graph, tmp_path / "c", stream=stream)
    give = """
  for (int i = 0; i < 16; i++) model_input_in(memory)[i] = (int8_t)(sign * (i - 5));
"""
    rows = """
  model_begin_in(memory);
  for (int row = 0, i = 0; row < model_INPUT_ROWS; row++) {
    for (int at = 0; at < model_INPUT_ROW_SIZE; at++, i++) model_row_in(memory)[at] = (int8_t)(sign * (i - 5));
    model_push_row_in(memory);
  }
"""
    main = f"""
#include <stdio.h>
#include "model.h"
static void give(model_memory *memory, int sign) {{ {rows if stream else give} }}
int main(void) {{
  model_memory a, b;
  give(&a, 1);
  give(&b, -1);
  for (int layer = 0; layer < model_LAYERS; layer++) {{
    model_invoke_layer_in(&a, layer);
    model_invoke_layer_in(&b, layer);
  }}
  for (int i = 0; i < model_OUTPUT_SIZE; i++) printf("%d ", model_output_in(&a)[i]);
  for (int i = 0; i < model_OUTPUT_SIZE; i++) printf("%d ", model_layer_output_in(&b, model_LAYERS)[i]);
  return 0;
}}
"""
    x = np.arange(-5, 11, dtype=np.int8).reshape(1, 4, 4, 1)
    want = [int(code) for code in graph.evaluate(np.concatenate([x, -x])).ravel()]
    assert run(main, [tmp_path / "c"], tmp_path, "-fsanitize=address,undefined", "-g") == want


def test_weights_and_memory_go_where_the_user_says(tmp_path: Path) -> None:
    write_c(pooled(3), tmp_path / "c")
    hooks = [
        f'-DEDGECNN_{what}=__attribute__((section("{section}")))'
        for what, section in (("WEIGHTS", ".external"), ("ARENA", ".fast"))
    ]
    target = tmp_path / "model.o"
    flags = [*STRICT, "-O2", *hooks, f"-I{tmp_path / 'c'}"]
    compiler.host().run([*flags, "-c", str(tmp_path / "c" / "model.c"), "-o", str(target)])
    with target.open("rb") as file:
        elf = ELFFile(file)
        names = [section.name for section in elf.iter_sections()]
        placed = {
            symbol.name: names[symbol["st_shndx"]]
            for symbol in symbols(elf)
            if symbol["st_info"]["type"] == "STT_OBJECT"
        }
    assert {placed[f"layer0_conv_{array}"] for array in ("weights", "bias", "multipliers", "shifts")} == {".external"}
    assert placed["own"] == ".fast"
    assert placed["layer0"] not in (".external", ".fast")


def test_every_file_of_a_folder_names_its_licence_and_the_licence_is_there(tmp_path: Path) -> None:
    write_c(pooled(3), tmp_path / "c", stream=1)
    sources = [path for path in (tmp_path / "c").rglob("*") if path.suffix in (".c", ".h") or path.suffix == ".txt"]
    assert len(sources) > 8
    assert [path.name for path in sources if LICENCE not in path.read_text().splitlines()[0]] == []
    licence = (tmp_path / "c" / "LICENSE").read_text()
    assert "Apache License" in licence
    root = Path(__file__).parents[2] / "LICENSE"
    assert licence == root.read_text()


def test_every_file_of_the_firmware_names_its_licence() -> None:
    files = [path for path in paths.firmware().rglob("*") if path.suffix in (".c", ".h", ".ld")]
    assert len(files) > 150
    assert [path.name for path in files if path.read_text().splitlines()[0] != f"/* {LICENCE} */"] == []

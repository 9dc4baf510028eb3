"""Names that a network cannot have in C, because they mean something else there."""

import re
import subprocess
from pathlib import Path

import pytest

from edgecnn import write_c
from edgecnn.building import compiler
from edgecnn.converters.c_names import fault_of, name_of
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import UsageError
from edgecnn.support import paths
from tests.support.converted_network import network

STANDARD = (
    "ctype",
    "errno",
    "inttypes",
    "limits",
    "math",
    "signal",
    "stdarg",
    "stdint",
    "stdio",
    "stdlib",
    "string",
    "time",
)
INCLUDED = sorted(
    {
        header
        for source in paths.firmware().rglob("*.[ch]")
        for header in re.findall(r'#include [<"](?:\w+/)*(\w+)\.h[>"]', source.read_text())
    }
)


@pytest.mark.parametrize("name", ["stdint", "string", "Stdint", "class", "int", "float", "unistd", "main", "app_model"])
def test_names_of_headers_and_keywords_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"'{name}' is a word of C or C\\+\\+, or the name of a header"):
        write_c(graph_of(network()), tmp_path / "c", name=name)
    assert not (tmp_path / "c").exists()


def test_every_header_that_our_c_includes_keeps_its_name() -> None:
    assert {"stdint", "string", "arm_neon", "port", "fixed_point"} <= set(INCLUDED)
    assert [name for name in INCLUDED if fault_of(name) is None] == []


def test_every_header_that_the_compilers_own_headers_include_keeps_its_name(tmp_path: Path) -> None:
    """What <stdint.h> and its like include by its bare name is found in the network's folder first."""
    source = tmp_path / "all.c"
    source.write_text("".join(f"#include <{name}.h>\n" for name in STANDARD))
    command = [*compiler.host().command, "-std=c99", "-M", str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {Path(path).stem for path in done.stdout.replace("\\\n", " ").split() if path.endswith(".h")}
    bare = {name for name in found if fault_of(name) is None and not name.startswith("_")}
    included = "".join(Path(path).read_text("latin-1") for path in done.stdout.split() if path.endswith(".h"))
    assert [name for name in sorted(bare) if re.search(rf'#\s*include\s*[<"]{name}\.h[>"]', included)] == []


@pytest.mark.parametrize("file", ["int.tflite", "stdint.tflite", "edgecnn_x.tflite", "port.tflite", "MAIN.tflite"])
def test_a_file_of_such_a_name_gives_another(file: str) -> None:
    assert name_of(file) == f"model_{Path(file).stem}"
    assert fault_of(name_of(file)) is None

"""The headers that a user's C++ includes: what `convert` writes, the plain ones of the runtime, those of a port."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edgecnn.building import compiler
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.support import paths
from tests.support.lenet import lenet
from tests.support.small_networks import everything

CXX = [found] if (found := shutil.which("g++")) else [sys.executable, "-m", "ziglang", "c++"]
STRICT = ("-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
APP = ("app.h", "port.h", "protocol.h", "frame.h", "crc32.h")

PORT = """
#include "port.h"
#include "app.h"
const uint32_t port_ticks_per_second = 1000;
static int polls;
void port_init() {}
int32_t port_read() { return -1; }
void port_write(uint8_t) {}
uint32_t port_ticks() { return 7; }
void app_poll() { polls++; }
"""
MAIN = """
#include "app.h"
#include "port.h"
int main(void) {
  port_init();
  port_write(1);
  app_poll();
  return port_read() == -1 && port_ticks_per_second == 1000 ? (int)port_ticks() : 1;
}
"""


def compile_cxx(standard: str, folders: list[Path], text: str, work: Path) -> None:
    (work / "user.cpp").write_text(text)
    includes = [f"-I{folder}" for folder in folders]
    command = [*CXX, f"-std={standard}", *STRICT, *includes, "-c", str(work / "user.cpp"), "-o", str(work / "user.o")]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("standard", ["c++11", "c++17"])
def test_every_public_header(standard: str, tmp_path: Path) -> None:
    runtime, app = paths.runtime(), paths.firmware() / "app"
    folders = [tmp_path / "network", tmp_path / "rows"]
    write_c(everything(), folders[0], name="network", target="cortex-m4")
    write_c(graph_of(lenet()), folders[1], name="rows", stream=None)
    assert "rows_push_row" in (folders[1] / "rows.h").read_text()
    headers = ["network.h", "rows.h", *APP, *(f"runtime/{file.name}" for file in sorted(runtime.glob("*.h")))]
    assert len(headers) > 25
    alone = "".join(f'#include "{header}"\n' for header in headers)
    compile_cxx(standard, [*folders, runtime.parent, runtime, app], alone + alone, tmp_path)
    for header in headers:  # none needs another before it
        compile_cxx(standard, [*folders, runtime.parent, runtime, app], f'#include "{header}"\n', tmp_path)


def test_a_port_in_cplusplus(tmp_path: Path) -> None:
    """Its functions are found by the C that calls them."""
    app = paths.firmware() / "app"
    compile_cxx("c++11", [app], PORT, tmp_path)
    (tmp_path / "main.c").write_text(MAIN)
    made = str(tmp_path / "main")
    compiler.host().run([*compiler.STRICT, f"-I{app}", str(tmp_path / "main.c"), str(tmp_path / "user.o"), "-o", made])
    assert subprocess.run([made], check=False).returncode == 7

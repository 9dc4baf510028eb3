"""The generated C and its compilers: strict ones, C++, CMake, and a bare Cortex-M4 without a library."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from edgecnn.building import compiler
from edgecnn.converters.graph_to_c import write_c
from tests.support.c_folder import c_files
from tests.support.elf import symbols
from tests.support.small_networks import everything, tiny


def program(*names: str) -> str:
    """The first of these that is installed; none is a failure, not a reason to skip."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found, f"none of {', '.join(names)} is installed"
    return found


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

"""GCC as a second compiler: each byte of each layer on a board for each core, and its bound of the stack.

Every level of optimization for every core: python -m tests.nightly.gcc.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import code_size
from edgecnn import board as boards
from edgecnn.building import compiler, gcc, stack
from edgecnn.building.build import build, read
from edgecnn.device.device import Device
from edgecnn.emulators.emulator import emulate
from edgecnn.errors import UsageError
from edgecnn.support import paths
from tests.support import by_gcc
from tests.support.command_line import refused, run

SAMPLE = [
    ("bbc_microbit", "-Os"),
    ("mps2_an386", "-O0", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
    ("mps2_an386", "-O2", "-flto"),
    ("mps3_an547", "-O2"),
    ("virt_rv32", "-O0"),
    ("raspberry_pi_2", "-O2"),
    ("raspberry_pi_4", "-O0"),
]


@pytest.mark.parametrize("row", SAMPLE, ids=" ".join)
def test_every_byte_of_every_layer(row: Sequence[str], tmp_path: Path) -> None:
    assert tuple(row) in by_gcc.rows()
    name, *flags = row
    assert by_gcc.unequal(name, tuple(flags), tmp_path) == []


def test_the_rows_of_the_night_are_all_boards_but_those_alike() -> None:
    """Each core that a board has is tried, by one board."""
    cores = {(facts.target, facts.compiler.cpu) for facts in boards.known() if facts.compiler}
    cores -= {("wasm-simd", "generic+simd128")}  # no GCC builds for it
    alike = {("cortex-m0plus", "cortex_m0plus"), ("rv32imc", "generic_rv32+m+c"), ("avr", "atmega328p")}
    tried = {(facts.target, facts.compiler.cpu) for name in by_gcc.CORES if (facts := boards.load(name)).compiler}
    assert tried == cores - alike


@pytest.mark.parametrize("folder", ["cortex_m4", "swar/thumb"])
def test_every_kernel_where_registers_are_few(folder: str, tmp_path: Path) -> None:
    """-O0 keeps a frame pointer, an FPU takes registers from GCC, and a Thumb-1 has few."""
    name, flags = {"cortex_m4": ("mps2_an386", SAMPLE[1][2:]), "swar/thumb": ("bbc_microbit", ())}[folder]
    core = by_gcc.board(name, *flags).compiler
    assert core
    headers = [f"-I{place}" for place in paths.kernel_folders(folder)]
    sources = [str(source) for place, source in code_size.sources() if place == folder]
    assert sources
    common = [*compiler.STRICT, "-ffreestanding", *gcc.core(core), *headers]
    for level in ("-O0", "-Os"):
        for source in sources:
            gcc.find(core).run([*common, level, "-c", source, "-o", str(tmp_path / "kernel.o")])


@pytest.mark.parametrize("name", ["bbc_microbit", "mps2_an386", "virt_rv32"])
def test_the_stack_stays_within_its_bound(name: str, lenet5: Path, tmp_path: Path) -> None:
    done = run("build", str(lenet5), "--board", name, "--compiler", "gcc", "-o", str(tmp_path / "out"), "--json")
    assert "gcc" in json.loads(done.stdout)["compiler"].lower()
    built = read(tmp_path / "out", boards.load(name))
    with emulate(built.board, built.elf) as url, Device(url, patience=60) as device:
        assert device.self_test() == (0, 0)
        used = device.stack()
    assert used
    assert built.stack
    assert 0.4 * built.stack < used <= built.stack


DEEP = """
void use(volatile char *);
int n;
__attribute__((noinline)) void use(volatile char *p) { *p = 1; }
__attribute__((noinline)) static void big(void) { volatile char a[512]; use(a); }
"""


def _stack_of(source: str, name: str, tmp_path: Path) -> int:
    core, file = by_gcc.board(name).compiler, tmp_path / "s.c"
    assert core
    file.write_text(DEEP + source)
    flags = ["-O2", "-ffreestanding", "-nostdlib", "-ffunction-sections", *gcc.core(core)]
    (tmp_path / "s.ld").write_text("SECTIONS { .all 0x1000 : { *(.start .text* .data* .rodata* .bss* COMMON) } }")
    _, program = gcc.link(core, flags, [str(file)], tmp_path / "s.ld", tmp_path / "s.elf")
    return stack.worst_case(program, 36, gcc.told(tmp_path))


@pytest.mark.parametrize("name", ["mps2_an386", "bbc_microbit", "virt_rv32"])
def test_the_bound_follows_calls_and_pointers(name: str, tmp_path: Path) -> None:
    direct = _stack_of("void _start(void) { big(); n = 1; }", name, tmp_path)
    assert 512 < direct < 600
    pointer = "void (*volatile p)(void) = big; void _start(void) { p(); n = 1; }"
    assert 512 < _stack_of(pointer, name, tmp_path) < 600
    nested = "void _start(void) { volatile char a[256]; use(a); big(); a[1] = 2; }"
    assert 768 < _stack_of(nested, name, tmp_path) < 860


@pytest.mark.parametrize("name", ["mps2_an386", "bbc_microbit", "virt_rv32"])
@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("static int f(int k) { return k ? k * f(k - 1) ^ f(k - 2) : 1; } void _start(void) { n = f(n); }", "f.* call"),
        ("void _start(void) { volatile char a[n]; use(a); use(a + 1); }", "not tell the stack of _start"),
    ],
    ids=["recursion", "array of variable size"],
)
def test_without_a_bound_it_says_why(name: str, source: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(stack.UnknownStackError, match=why):
        _stack_of(source, name, tmp_path)


@pytest.mark.parametrize("name", ["host", "wasm"])
def test_a_board_that_no_gcc_builds_for(name: str, lenet5: Path, tmp_path: Path) -> None:
    done = run("build", str(lenet5), "--board", name, "--compiler", "gcc", "-o", str(tmp_path / "out"))
    refused(2, f"`--compiler gcc` does not build for {name}; leave it out.", by=done)


def test_without_gcc(lenet5: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="arm-none-eabi-gcc is not installed; on Debian: apt install gcc-arm-none"):
        build(lenet5, by_gcc.board("mps2_an386"), tmp_path / "out")


def test_an_avr_has_a_gcc_already() -> None:
    facts = boards.load("arduino_uno")
    assert gcc.target(facts) == facts.compiler

"""The bound of the stack."""

from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.board import Board
from edgecnn.building import compiler, stack

M4 = board.load("mps2_an386")


def _stack_of(source: str, tmp_path: Path, facts: Board = M4) -> int:
    zig = compiler.zig()
    assert zig
    assert facts.compiler
    path, program = tmp_path / "s.c", tmp_path / "s.o"
    path.write_text(source)
    flags = ["-target", facts.compiler.target, f"-mcpu={facts.compiler.cpu}", "-O2", "-ffreestanding", "-nostdlib"]
    zig.run([*flags, "-ffunction-sections", stack.OPTION, "-r", str(path), "-o", str(program)])
    return stack.worst_case(program, 36)


DEEP = """
void use(volatile char *);
__attribute__((noinline)) void use(volatile char *p) { *p = 1; }
__attribute__((noinline)) static void small(void) { volatile char a[64]; use(a); }
__attribute__((noinline)) static void big(void) { volatile char a[512]; use(a); }
__attribute__((noinline)) static int even(int n) { return n ? n : 1; }
"""


@pytest.mark.parametrize("name", ["mps2_an386", "bbc_microbit", "virt_rv32"])
def test_the_bound_follows_calls_and_pointers(name: str, tmp_path: Path) -> None:
    facts = board.load(name)
    direct = _stack_of(DEEP + "void _start(void) { small(); big(); for (;;) {} }", tmp_path, facts)
    assert 512 < direct < 600
    nested = _stack_of(DEEP + "void _start(void) { volatile char a[256]; use(a); big(); a[1] = 2; }", tmp_path, facts)
    assert 768 < nested < 860
    pointer = "void (*volatile p)(void) = big; void _start(void) { p(); small(); }"
    assert 512 < _stack_of(DEEP + pointer, tmp_path, facts) < 600
    tail = "void (*volatile p)(void) = big; void _start(void) { small(); p(); }"
    assert 512 < _stack_of(DEEP + tail, tmp_path, facts) < 600
    table = "void (*const volatile t[])(void) = {small, big}; int i; void _start(void) { t[i](); t[1](); small(); }"
    assert 512 < _stack_of(DEEP + table, tmp_path, facts) < 600


@pytest.mark.parametrize("name", ["mps2_an386", "bbc_microbit", "virt_rv32"])
@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("int f(int n) { return n ? n * f(n - 1) ^ f(n - 2) : 1; } void _start(void) { f(9); }", "f may call itself"),
        ("void other(void); void _start(void) { other(); other(); }", "does not tell the stack of other"),
        (
            "int n; void g(int k) { volatile char a[k]; a[0] = 1; a[k - 1] = 2; } void _start(void) { g(n); g(2); }",
            "does not tell the stack of",
        ),
    ],
    ids=["recursion", "unknown function", "array of variable size"],
)
def test_without_a_bound_it_says_why(name: str, source: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(stack.UnknownStackError, match=why):
        _stack_of(source, tmp_path, board.load(name))


def test_exceptions_come_on_top(tmp_path: Path) -> None:
    source = DEEP + "void _start(void) { small(); small(); }\nvoid tick(void) { big(); big(); }\n"
    vectors = '__attribute__((section(".start"), used)) static void (*const v[])(void) = {_start, tick};'
    alone = _stack_of(source, tmp_path)
    both = _stack_of(source + vectors, tmp_path)
    assert both - alone > 512 + 36

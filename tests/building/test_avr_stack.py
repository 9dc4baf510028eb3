"""The bound of an AVR's stack, from machine code that avr-gcc made."""

from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.board import Target
from edgecnn.building import avr_stack, toolchain
from edgecnn.building.stack import UnknownStackError
from edgecnn.support import paths

DEEP = """
void use(volatile char *);
int main(void);
void __vector_timer1_overflow(void);
int n;
__attribute__((noinline)) void use(volatile char *p) { *p = 1; }
__attribute__((noinline)) static void small(void) { volatile char a[20]; use(a); }
__attribute__((noinline)) static void big(void) { volatile char a[500]; use(a); }
"""
NO_TICK = "__attribute__((signal)) void __vector_timer1_overflow(void) { }\n"
SAVED = 6  # bytes that an empty interrupt and a frame's registers take at most, beyond those below


def _stack_of(source: str, tmp_path: Path, cpu: str = "atmega2560") -> int:
    path, script, elf = tmp_path / "s.c", tmp_path / "link.ld", tmp_path / "s.elf"
    path.write_text(DEEP + source)
    memory = "MEMORY { FLASH (rx): ORIGIN = 0, LENGTH = 0x7E00\n RAM (rw): ORIGIN = 0x800200, LENGTH = 0x600 }\n"
    room = paths.firmware() / "ports" / "avr"
    script.write_text(memory + (room / "link.ld").read_text())
    arguments = [
        f"-I{paths.firmware() / 'app'}",
        "-DTIMER1_OVF_VECTOR=13",
        "-Wno-error",
        str(room / "start.c"),
        str(path),
    ]
    linked = toolchain.link(Target(cpu=cpu, kind="avr-gcc"), arguments, script, elf)
    assert linked.stack() == avr_stack.worst_case(elf)
    return linked.stack()


@pytest.mark.parametrize(("cpu", "call"), [("atmega2560", 3), ("atmega328p", 2)])
def test_frames_and_return_addresses(cpu: str, call: int, tmp_path: Path) -> None:
    """big's frame, the registers of Y that it saves, and the calls of main, big and use; the interrupt saves four
    registers and its return address."""
    bound = _stack_of(NO_TICK + "int main(void) { small(); big(); return 0; }", tmp_path, cpu)
    assert bound == 3 * call + 500 + 2 + call + _interrupt(tmp_path, cpu)


def _interrupt(tmp_path: Path, cpu: str) -> int:
    idle = _stack_of(NO_TICK + "int main(void) { return 0; }", tmp_path, cpu)
    call = 3 if cpu == "atmega2560" else 2
    return idle - 2 * call


@pytest.mark.parametrize(
    "body",
    [
        "void (*volatile p)(void) = big; int main(void) { p(); small(); return 0; }",
        "void (*volatile p)(void) = big; int main(void) { small(); p(); return 0; }",
        "void (*const volatile t[])(void) = {small, big}; int main(void) { t[n](); t[1](); small(); return 0; }",
        "int main(void) { volatile char a[300]; use(a); small(); a[0] = 1; big(); return a[0]; }",
    ],
    ids=["pointer", "tail", "table", "nested"],
)
def test_calls_and_pointers(body: str, tmp_path: Path) -> None:
    plain = _stack_of(NO_TICK + "int main(void) { small(); big(); return 0; }", tmp_path)
    bound = _stack_of(NO_TICK + body, tmp_path)
    more = 300 if "300" in body else 0
    assert plain + more <= bound <= plain + more + 8


def test_interrupts_come_on_top(tmp_path: Path) -> None:
    body = "int main(void) { small(); small(); return 0; }"
    alone = _stack_of(NO_TICK + body, tmp_path)
    busy = "__attribute__((signal)) void __vector_timer1_overflow(void) { big(); }\n"
    assert _stack_of(busy + body, tmp_path) - alone > 500


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            "int f(int); int f(int k) { return k ? k * f(k - 1) ^ f(k - 2) : 1; } int main(void) { return f(n); }",
            "f may",
        ),
        (
            "__attribute__((noinline)) void g(int k) { volatile char a[k]; use(a); use(a + 1); }"
            "int main(void) { g(n); g(2); return 0; }",
            "sets the stack pointer|stack",
        ),
    ],
    ids=["recursion", "array of variable size"],
)
def test_without_a_bound_it_says_why(body: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownStackError, match=why):
        _stack_of(NO_TICK + body, tmp_path)


def test_the_boards_name_what_the_toolchain_knows() -> None:
    kinds = {facts.compiler.kind for name in board.names() if (facts := board.load(name)).compiler}
    assert kinds == {"zig", "avr-gcc"}

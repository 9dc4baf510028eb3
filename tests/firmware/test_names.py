"""No function or variable of ours has a name of the C library: a user's program has both."""

import re
from pathlib import Path

import pytest

from edgecnn.building import compiler
from edgecnn.converters.graph_to_c import write_c
from edgecnn.support import paths
from tests.support.small_networks import everything

ISO_C = """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg
stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype"""
POSIX = """aio arpa/inet cpio dirent dlfcn fcntl fmtmsg fnmatch ftw glob grp iconv langinfo libgen monetary mqueue
net/if netdb netinet/in netinet/tcp nl_types poll pthread pwd regex sched search semaphore spawn strings sys/ipc
sys/mman sys/msg sys/resource sys/select sys/sem sys/shm sys/socket sys/stat sys/statvfs sys/time sys/times sys/types
sys/uio sys/un sys/utsname sys/wait syslog tar termios ulimit unistd utime utmpx wordexp"""
# Those that a compiler calls where there is no C library.
MEANT = {"ports/bare/memory.c": {"memcpy", "memmove", "memset", "memcmp"}}

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DIRECTIVE = re.compile(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)[ \t]*")
_BEGIN = r"^(?!extern|typedef)[A-Za-z_][\w \t*]*?"  # of a line that defines something
_FUNCTION = re.compile(_BEGIN + r"\b(\w+)\s*\((?:[^(){};]|\([^()]*\))*\)\s*\{", re.MULTILINE)
_VARIABLE = re.compile(_BEGIN + r"[ *](\w+)\s*(?:\[[^\]]*\]\s*)*(?:=|;)", re.MULTILINE)
_DECLARED = re.compile(r"\b(\w+) *\((?=[^;{}]*\)[^;{}()]*(?:\([^;{}]*\)[^;{}()]*)*;)")


def defined(text: str) -> set[str]:
    """The functions and the variables of a C file."""
    for noise in (_COMMENT, _DIRECTIVE, _ATTRIBUTE):
        text = noise.sub("", text)
    return {*_FUNCTION.findall(text), *_VARIABLE.findall(text)}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The functions that the headers of ISO C and POSIX declare, as this computer has them."""
    folder = tmp_path_factory.mktemp("library")
    includes = (f"#if __has_include(<{h}.h>)\n#include <{h}.h>\n#endif\n" for h in (*ISO_C.split(), *POSIX.split()))
    (folder / "all.c").write_text("#define _XOPEN_SOURCE 700\n" + "".join(includes))
    compiler.host().run(["-std=c11", "-E", "-P", str(folder / "all.c"), "-o", str(folder / "all.i")])
    return set(_DECLARED.findall((folder / "all.i").read_text()))


def test_the_library_is_known(library: set[str]) -> None:
    assert {"raise", "write", "read", "poll", "memcpy", "printf", "sin", "send", "signal", "qsort"} <= library
    assert len(library) > 1000


def test_what_a_file_defines() -> None:
    text = """/* int commented(void) { */
#define MACRO(x) int macro(x) {
static __attribute__((noinline, section(".x"))) const int *raise(int a, void (*f)(int)) { return write(a); }
int declared(int);
__attribute__((weak)) void send(void) {}
uint8_t read;
static const struct s poll[2][3] = {0};
"""
    assert {"raise", "send", "read", "poll"} <= defined(text)
    assert not {"commented", "macro", "declared", "write"} & defined(text)


def test_the_firmware_has_names_of_its_own(library: set[str]) -> None:
    found, count = {}, 0
    for file in sorted(paths.firmware().rglob("*.[ch]")):
        where = str(file.relative_to(paths.firmware()))
        names = defined(file.read_text()) - MEANT.get(where, set())
        count += len(names)
        if taken := names & library:
            found[where] = taken
    assert found == {}
    assert count > 300


@pytest.mark.parametrize("target", ["generic", "cortex-m4"])
def test_generated_c_has_names_of_its_own(target: str, library: set[str], tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "c", name="network", target=target)
    names = defined((tmp_path / "c" / "network.c").read_text())
    assert {"network_invoke", "own"} <= names
    assert names & library == set()

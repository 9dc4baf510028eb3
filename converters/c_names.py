"""Names under which a network can be C: no keyword, and none whose header would hide one that C programs include."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from edgecnn.support import paths

_IDENTIFIER = r"[A-Za-z][A-Za-z0-9_]{0,47}"
_OF_KERNELS = "edgecnn_"

_KEYWORDS = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class co_await
co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do
double dynamic_cast else enum explicit export extern false far float for fortran friend goto huge if inline int long
mutable namespace near new noexcept not not_eq nullptr operator or or_eq private protected public register
reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch template
this thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using virtual void volatile
wchar_t while xor xor_eq
"""
# Without their .h: of C up to C23, of POSIX as far as programs for computers include it, and of compilers.
_HEADERS = """
assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbit
stdbool stdckdint stddef stdint stdio stdlib stdmchar stdnoreturn string tgmath threads time uchar wchar wctype
aio alloca cpio dirent dlfcn endian fcntl features fmtmsg fnmatch ftw getopt glob grp iconv langinfo libgen libintl
malloc memory mqueue ndbm netdb nl_types poll pthread pty pwd regex sched search semaphore spawn stdc strings stropts
syslimits syslog tar termios trace ulimit unistd utime utmpx values windows wordexp
arm_acle arm_cde arm_cmse arm_fp16 arm_mve arm_neon arm_sve cmsis_gcc core_cm4 cpuid emmintrin immintrin intrin
mm_malloc nmmintrin pmmintrin riscv_vector smmintrin tmmintrin unwind wasm_simd128 wmmintrin x86intrin xmmintrin
"""


def fault_of(name: str) -> str | None:
    """Why `name` cannot name a network, with what to do, as the end of a sentence; None when it can."""
    if not re.fullmatch(_IDENTIFIER, name) or name.startswith(_OF_KERNELS):
        return "cannot name C functions; use letters, digits and _, beginning with a letter"
    if name.lower() in _taken():
        return "is a word of C or C++, or the name of a header that other C includes; choose another"
    return None


def name_of(path: str | Path) -> str:
    """A C identifier from a file name."""
    name = re.sub(r"\W", "_", Path(path).stem, flags=re.ASCII)[:48]
    return name if fault_of(name) is None else f"model_{name}"[:48]


@functools.cache
def _taken() -> frozenset[str]:
    """In lower case, as there are file systems that do not tell `Stdint.h` from `stdint.h`."""
    ours = (path.stem.lower() for path in paths.firmware().rglob("*.[ch]"))
    return frozenset({*_KEYWORDS.split(), *_HEADERS.split(), *ours, "app_model"})

"""What the Cortex-M0 computes by functions of the port, tried on this computer."""

import ctypes
import random
from pathlib import Path

from edgecnn.building import compiler
from edgecnn.support import paths


def test_multiplication_of_64_bits(tmp_path: Path) -> None:
    """The Cortex-M0's, on this computer: corners and 20,000 random pairs."""
    library = tmp_path / "multiply.so"
    source = paths.firmware() / "ports" / "cortex_m" / "multiply.c"
    compiler.host().run([*compiler.STRICT, "-O2", "-shared", "-fPIC", str(source), "-o", str(library)])
    multiply = ctypes.CDLL(str(library)).__aeabi_lmul
    multiply.restype, multiply.argtypes = ctypes.c_uint64, (ctypes.c_uint64, ctypes.c_uint64)
    rng = random.Random(0)
    corners = [0, 1, 2**16 - 1, 2**16, 2**31, 2**32 - 1, 2**32, 2**63, 2**64 - 1]
    pairs = [(a, b) for a in corners for b in corners]
    pairs += [(rng.getrandbits(64), rng.getrandbits(64)) for _ in range(20_000)]
    assert all(multiply(a, b) == a * b % 2**64 for a, b in pairs)


def test_division_of_32_bits(tmp_path: Path) -> None:
    """The Cortex-M0's, on this computer: quotient and rest, by C's rules."""
    library = tmp_path / "divide.so"
    source = paths.firmware() / "ports" / "cortex_m" / "divide.c"
    compiler.host().run([*compiler.STRICT, "-O2", "-shared", "-fPIC", str(source), "-o", str(library)])
    unsigned, signed = (getattr(ctypes.CDLL(str(library)), name) for name in ("__aeabi_uidivmod", "__aeabi_idivmod"))
    unsigned.restype, unsigned.argtypes = ctypes.c_uint64, (ctypes.c_uint32, ctypes.c_uint32)
    signed.restype, signed.argtypes = ctypes.c_uint64, (ctypes.c_int32, ctypes.c_int32)
    rng = random.Random(0)
    corners = [1, 2, 3, 2**16, 2**31 - 1, 2**31, 2**32 - 1]
    pairs = [(a, b) for a in [0, *corners] for b in corners] + [
        (rng.getrandbits(32), rng.getrandbits(20) + 1) for _ in range(10_000)
    ]
    for a, b in pairs:
        assert unsigned(a, b) == a % b << 32 | a // b
        n, d = a - 2**31, b - 2**31 or 1
        if (n, d) != (-(2**31), -1):
            quotient = abs(n) // abs(d) * (1 if (n < 0) == (d < 0) else -1)
            assert signed(n, d) == (n - quotient * d) % 2**32 << 32 | quotient % 2**32

"""Any core with a C99 compiler."""

from __future__ import annotations

from ..target import Target
from ..techniques.portable import KERNELS

GENERIC = Target("generic", "any core with a C99 compiler", {"balanced": KERNELS, "speed": KERNELS}, machines=None)

"""GCC builds for every core, at every level and with every kind of floats: each byte of each layer on emulated boards.

    python -m tests.nightly.gcc [WORD...]   all rows, or those that have these words: mps2_an386 -O0

Each row says what was unequal, and how long it took.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.support import by_gcc


def main() -> None:
    """See the module's text."""
    failed, words = 0, set(sys.argv[1:])
    for name, *flags in (row for row in by_gcc.rows() if words <= set(row)):
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as work:
            try:
                found = by_gcc.unequal(name, tuple(flags), Path(work))
            except Exception as error:
                found = [f"{type(error).__name__}: {error}"]
        failed += bool(found)
        print(f"{name} {' '.join(flags)}: {found or 'equal'}, {time.monotonic() - start:.1f} s", flush=True)
    if failed:
        raise SystemExit(f"{failed} of these are not equal or do not build")


if __name__ == "__main__":
    main()

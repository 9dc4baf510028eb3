"""Random networks that no run has seen, through all that compute them: the night's, or those of a night again.

python -m tests.nightly.random_networks [SEEDS] [-- OPTION...]   SEEDS as a night printed them; options of pytest
"""

import os
import sys

import pytest

from tests.support import seeds

TESTS = (
    "tests/test_random_models.py",
    "tests/targets/test_emulated.py",
    "tests/lowering/test_streaming.py",
    "tests/lowering/test_planner.py",
    "tests/converters/test_fuzz_reader.py",
    "tests/converters/test_sanitizers.py",
)


def main() -> None:
    """See the module's text."""
    said, _, options = " ".join(sys.argv[1:]).partition("-- ")
    os.environ[seeds.VARIABLE] = said.strip() or seeds.FRESH
    raise SystemExit(pytest.main([*TESTS, *options.split()]))


if __name__ == "__main__":
    main()

"""Random tests are the same in every run; asked for fresh seeds, each run draws others, which can be had again."""

import re
import subprocess
import sys
from pathlib import Path

from tests.nightly.random_networks import TESTS
from tests.support.seeds import FRESH, VARIABLE, shift

ROOT = Path(__file__).parents[1]


def test_seeds_stay_as_they_are() -> None:
    assert shift({}) == shift({VARIABLE: "0"}) == 0


def test_fresh_seeds_are_others_and_every_process_has_the_same() -> None:
    one, other = {VARIABLE: FRESH}, {VARIABLE: FRESH}
    assert shift(one) != shift(other)
    assert shift(one) == shift(dict(one)) == int(one[VARIABLE]) > 0


def test_a_run_says_how_to_have_its_networks_again() -> None:
    """The tests are named by their seeds, so that a failure can be repeated alone."""

    def collected(said: str) -> str:
        code = f"import os; os.environ['{VARIABLE}'] = '{said}'; import pytest; pytest.main()"
        command = [sys.executable, "-c", code, "--collect-only", "-q", "tests/test_random_models.py"]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout

    first = collected(FRESH)
    found = re.search(rf"{VARIABLE}=(\d+)", first)
    assert found
    names = re.findall(r"::test_\S+", first)
    assert f"::test_every_byte_of_every_layer_agrees[{1000 + int(found[1])}]" in names
    assert names == re.findall(r"::test_\S+", collected(found[1]))


def test_the_night_knows_its_tests() -> None:
    for path in TESTS:
        text = (ROOT / path).read_text()
        assert "seed(" in text or "@given" in text, path

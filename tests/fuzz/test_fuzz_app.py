"""A short, repeatable run of the fuzzed app; tests/fuzz/run.sh is the long one."""

import subprocess
from pathlib import Path

import pytest

from edgecnn import paths
from edgecnn.building import compiler

HERE = Path(__file__).parent
FLAGS = ("-O2", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DSTANDALONE")


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_thousand_hostile_streams(tmp_path: Path, seed: int) -> None:
    app = paths.runtime().parent / "app"
    sources = [HERE / "fuzz_app.c", app / "app.c", app / "frame.c"]
    includes = [f"-I{place}" for place in (HERE, app.parent, app)]
    program = tmp_path / "fuzz_app"
    compiler.host().run([*compiler.STRICT, *FLAGS, *includes, *map(str, sources), "-o", str(program)])
    done = subprocess.run([program, "10000", str(seed)], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")

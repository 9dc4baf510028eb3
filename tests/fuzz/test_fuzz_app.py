"""A short, repeatable run of the fuzzed app; tests/fuzz/run.sh is the long one."""

import subprocess
from pathlib import Path

import pytest

from edgecnn.building import compiler
from edgecnn.support import paths

HERE = Path(__file__).parent
FLAGS = ("-O2", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DSTANDALONE")


@pytest.mark.parametrize("kind", ["without state", "with state"])
def test_twenty_thousand_hostile_streams(tmp_path: Path, kind: str) -> None:
    app = paths.runtime().parent / "app"
    sources = [*HERE.glob("*.c"), *(app / f"{part}.c" for part in ("app", "frame", "state"))]
    flags = [*FLAGS, *(["-DMODEL_HAS_STATE"] if kind == "with state" else [])]
    includes = [f"-I{place}" for place in (HERE, app.parent, app)]
    program = tmp_path / "fuzz_app"
    compiler.host().run([*compiler.STRICT, *flags, *includes, *map(str, sources), "-o", str(program)])
    done = subprocess.run([program, "10000", "1"], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")

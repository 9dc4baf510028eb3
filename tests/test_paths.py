"""From where the package is found, and where its caches go."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import edgecnn
from edgecnn.support import paths

CHECKOUT = Path(__file__).resolve().parents[1]


def python(code: str, cwd: Path, **environment: str) -> str:
    """What a Python prints that knows of edgecnn only what is installed."""
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "XDG_CACHE_HOME")}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=cwd, env=own | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_package_is_found_from_the_folder_above_a_clone(tmp_path: Path) -> None:
    """A folder of the package's name is a namespace package to Python, and must not be taken for it."""
    (tmp_path / "edgecnn").symlink_to(CHECKOUT)
    found = python("import edgecnn; edgecnn.read_tflite; print(edgecnn.__file__)", tmp_path)
    assert Path(found) == Path(edgecnn.__file__)


def test_a_checkout_is_laid_out_as_a_wheel_is() -> None:
    package = Path(edgecnn.__file__).parent
    for link, folder in {"converters": "converters", "_firmware": "firmware", "_boards": "boards"}.items():
        assert (package / link).resolve() == CHECKOUT / folder
    assert paths.runtime() == CHECKOUT / "firmware" / "runtime"


# A home that cannot be made, one that is a file, and one that is not even named: none yields to being root.
@pytest.mark.parametrize("home", ["/proc/nothing", __file__, "/dev/null"])
@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_without_a_home_that_can_be_written_the_cache_is_temporary(tmp_path: Path, variable: str, home: str) -> None:
    code = "from edgecnn.support import paths as p; (p.cache() / 'x').touch(); print(p.cache()); print(p.users_cache())"
    cache, users = python(code, tmp_path, TMPDIR=str(tmp_path), **{variable: home}).splitlines()
    assert Path(cache).parent == tmp_path
    assert not Path(cache).exists()  # gone with the process
    assert users == "None"


def test_host_builds_and_runs_without_such_a_home(tmp_path: Path, lenet5: Path) -> None:
    answer = f"edgecnn.HostModel({str(lenet5)!r}).invoke(numpy.zeros((1, 32, 32, 1), 'int8'))"
    code = f"import edgecnn, numpy; print({answer}.shape)"
    assert python(code, tmp_path, TMPDIR=str(tmp_path), HOME="/proc/nothing") == "(1, 10)"
    assert list(tmp_path.iterdir()) == []


def test_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "there"))
    assert paths.cache() == paths.users_cache() == tmp_path / "there" / "edgecnn"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.cache() == tmp_path / ".cache" / "edgecnn"
    monkeypatch.setattr(
        Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("Could not determine home directory."))
    )
    assert paths.users_cache() is None

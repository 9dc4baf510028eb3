"""What all tests share: a cache folder of their own, and the exact oracles, each in its worker process."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from edgecnn import read_tflite, write_c, zoo
from edgecnn.oracles import Oracle
from tests.support import seeds

# A shell that starts the tests in the background has them ignore Ctrl-C, and so whatever they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and nohup that they ignore the end of a terminal

settings.register_profile("any machine", deadline=None)  # how long an example takes says nothing on a busy one
settings.load_profile("any machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how the random networks of this run can be had again."""
    if seeds.SHIFT:
        terminalreporter.write_line(f"Random networks: those of {seeds.VARIABLE}={seeds.SHIFT}.")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither use nor fill the user's cache; the compiler alone keeps its own, with its C library compiled."""
    zig = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zig"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZIG_GLOBAL_CACHE_DIR", os.environ.get("ZIG_GLOBAL_CACHE_DIR", str(zig)))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def lenet5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained LeNet as C, in a folder of the module's own."""
    folder = tmp_path_factory.mktemp("network") / "lenet5"
    write_c(read_tflite(zoo.trained("lenet5_mnist")), folder, name="lenet5")
    return folder


@pytest.fixture(scope="session")
def tflite_runtime() -> Iterator[Oracle]:
    """A missing oracle is an error here, never a skip: nothing would be proved."""
    with Oracle("tflite_runtime") as oracle:
        yield oracle


@pytest.fixture(scope="session")
def tflite_micro() -> Iterator[Oracle]:
    """As `tflite_runtime`."""
    with Oracle("tflite_micro") as oracle:
        yield oracle

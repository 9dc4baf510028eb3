"""How the program begins and ends: Ctrl-C while it is still being imported, and a reader that has seen enough."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ENTRIES = {
    "python -m edgecnn": ["-m", "edgecnn"],
    "the script that pip makes": ["-c", "import sys; from edgecnn.cli import main; sys.exit(main())"],
}


@pytest.mark.parametrize("slow", ["click", "numpy", "serial"])
@pytest.mark.parametrize("entry", ENTRIES)
def test_ctrl_c_during_imports(entry: str, slow: str, tmp_path: Path) -> None:
    (tmp_path / f"{slow}.py").write_text("import time\nprint('importing', flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, *ENTRIES[entry], "flash", "x", "--board", "host"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (130, "Stopped.")


@pytest.mark.parametrize("arguments", [["boards"], ["boards", "--json"], ["--help"]])
def test_a_reader_that_has_seen_enough(arguments: list[str]) -> None:
    """As `| head -1` does: no traceback, and no success."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "edgecnn", *arguments]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_package_names_what_it_offers() -> None:
    """All of it is there, though nothing is imported before it is asked for."""
    script = (
        "import sys, edgecnn; assert 'numpy' not in sys.modules; assert set(edgecnn.__all__) <= set(dir(edgecnn)); "
        "assert all(getattr(edgecnn, name) for name in edgecnn.__all__); "
        "assert not hasattr(edgecnn, 'nothing'); from edgecnn import *; print(verify.__name__, __version__)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verify ")

"""The command line as a user meets it: a process."""

import os
import subprocess
import sys


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run edgecnn; whatever happens, there is no traceback."""
    command = [sys.executable, "-m", "edgecnn", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def refused(code: int, *words: str, by: subprocess.CompletedProcess[str]) -> None:
    """The exit code, and one sentence on stderr with these words."""
    assert by.returncode == code, by.stderr
    assert by.stdout == ""
    lines = [line for line in by.stderr.strip().splitlines() if not line.startswith("board file ")]
    assert len(lines) == 1, by.stderr
    for word in words:
        assert word in lines[0]

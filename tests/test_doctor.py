"""edgecnn doctor on computers that lack things, made of empty folders and of package managers that only write down."""

import importlib.util
import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from edgecnn import doctor
from edgecnn.errors import UsageError
from edgecnn.onboard import connect
from edgecnn.onboard.connect import UsbPort
from edgecnn.support import dependencies
from tests.support.command_line import run


def test_here_everything_is_installed() -> None:
    """What the tests need, the doctor finds: what it does not find, tests/run.sh would not have installed."""
    done = run("doctor", "--json")
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout)["findings"]
    found = {finding["name"]: finding for finding in findings if finding["found"]}
    assert set(found) == {*dependencies.TOOLS, "cache", "serial ports"}
    assert "7." in found["qemu-aarch64"]["found"] or "version" in found["qemu-aarch64"]["found"]
    assert all(not finding["mend"] for finding in findings)
    lines = run("doctor").stdout.splitlines()
    assert len(lines) == 1 + len(findings)


def test_where_nothing_is_installed() -> None:
    done = run("doctor", "--json", PATH="/nowhere", XDG_CACHE_HOME="/proc/nowhere")
    assert done.returncode == 0, done.stderr
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    for name in ("C compiler", "qemu-system-arm", "qemu-arm", "avrdude", "ssh"):
        assert findings[name]["found"] is None
        assert findings[name]["mend"].endswith(f"--no-install-recommends {dependencies.TOOLS[name].debian}")
    assert findings["ziglang"]["found"].startswith("ziglang ")
    assert findings["cache"]["mend"].startswith("export XDG_CACHE_HOME=")


def test_every_error_names_the_same_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    sentences = {
        "qemu-aarch64": "qemu-aarch64 is not installed; on Debian: apt install qemu-user.",
        "ziglang": "ziglang is not installed; `pip install 'edgecnn[build]'`.",
        "other": "other is not installed; on Debian: apt install other.",
    }
    for name, sentence in sentences.items():
        with pytest.raises(UsageError) as caught:
            dependencies.path(name)
        assert str(caught.value) == sentence


def test_ports_that_may_not_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [UsbPort(f"/dev/ttyACM{i}", "a port", "0d28:0204") for i in range(2)]
    monkeypatch.setattr(connect, "usb_ports", lambda: ports)
    monkeypatch.setattr(os, "access", lambda path, mode: path == "/dev/ttyACM1")
    closed, opened = doctor._ports()
    assert (closed.name, closed.found) == ("/dev/ttyACM0", None)
    assert "usermod -aG dialout" in closed.mend
    assert (opened.found, opened.mend) == ("may be opened", "")


@pytest.fixture
def managers(tmp_path: Path) -> tuple[str, Path]:
    """A PATH with an apt-get and a sudo that write down how they were called; apt-get then installs qemu-arm."""
    bin, log = tmp_path / "bin", tmp_path / "log"
    bin.mkdir()
    scripts = {
        "apt-get": f'echo "apt-get $*" >>{log}; for p; do case $p in qemu-user) '
        f"for q in arm aarch64; do printf '#!/bin/sh\\necho qemu-$q version 7.2\\n' >{bin}/qemu-$q; "
        f"chmod +x {bin}/qemu-$q; done;; esac; done",
        "sudo": '"$@"',
        "chmod": 'exec /bin/chmod "$@"',
    }
    for name, script in scripts.items():
        (bin / name).write_text(f"#!/bin/sh\n{script}\n")
        (bin / name).chmod(0o755)
    return str(bin), log


def test_install_shows_and_runs_each_command(managers: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path, log = managers
    monkeypatch.setenv("PATH", path)
    missing = [doctor.Finding("emulator", name, None, "") for name in ("qemu-arm", "qemu-aarch64")]
    told: list[str] = []
    doctor.install([*missing, doctor.Finding("port", "serial ports", None, "usermod")], told.append)
    calls = log.read_text().splitlines()
    assert calls == ["apt-get update -q", "apt-get install -y -q --no-install-recommends qemu-user"]
    sudo = "" if os.geteuid() == 0 else "sudo "
    assert told == [sudo + call for call in calls]
    doctor.install([doctor.Finding("emulator", "qemu-arm", "here", "")], told.append)
    assert len(told) == 2


def test_install_that_does_not_help(managers: tuple[str, Path]) -> None:
    """apt-get ends well, but brings no node; nothing is claimed."""
    path, _ = managers
    done = run("doctor", "--install", PATH=path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "--no-install-recommends gcc gcc-arm-none-eabi" in done.stderr
    assert "cannot be found although installed" in done.stderr.splitlines()[-1]
    (Path(path) / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    done = run("doctor", "--install", PATH=path)
    assert done.returncode == 1
    assert "failed with code 100" in done.stderr.splitlines()[-1]
    (Path(path) / "apt-get").unlink()
    done = run("doctor", "--install", PATH=path)
    assert done.returncode == 2
    assert "is not on this computer; install C compiler, arm-none-eabi-gcc" in done.stderr.splitlines()[-1]


def test_pip_brings_the_extras() -> None:
    missing = [tool for tool in dependencies.TOOLS.values() if tool.extra]
    (command,) = doctor._install(missing)
    assert command == [sys.executable, "-m", "pip", "install", "--quiet", "edgecnn[build,flash]"]
    assert doctor._shown(command) == shlex.join(command)

"""A Raspberry Pi behind a real sshd on this computer; its programs are run by the emulator of its core."""

import getpass
import json
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgecnn.device import ssh
from edgecnn.errors import PortError
from tests.support.command_line import refused, run

BOARD = "raspberry_pi_5"
SSHD = "/usr/sbin/sshd"


@dataclass
class Pi:
    """The home folder there, and a PATH on which `ssh` knows the computer as `pi`."""

    home: Path
    path: str


@pytest.fixture(scope="module")
def pi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pi]:
    root = tmp_path_factory.mktemp("pi")
    root.chmod(0o700)
    for folder in ("home", "bin"):
        (root / folder).mkdir()
    for key in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / key], check=True)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it locks itself up; without root it does not
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    _script(root / "shell", *_SHELL.format(home=shlex.quote(str(root / "home"))).splitlines())
    (root / "sshd_config").write_text(_SERVER.format(port=port, root=root))
    (root / "ssh_config").write_text(_CLIENT.format(port=port, root=root, user=getpass.getuser()))
    _script(root / "bin" / "ssh", f'exec /usr/bin/ssh -F {root}/ssh_config "$@"')
    with subprocess.Popen([SSHD, "-D", "-e", "-f", root / "sshd_config"], stderr=subprocess.PIPE) as server:
        try:
            _wait_for(port, server)
            yield Pi(root / "home", f"{root / 'bin'}:{os.environ['PATH']}")
        finally:
            server.terminate()


# What a Raspberry Pi's own core would do, the emulator of that core does.
_SHELL = """cd {home}
case $SSH_ORIGINAL_COMMAND in
  'exec ./{{program}}') [ -e {{program}} ] || exit 127; exec qemu-aarch64 -cpu cortex-a76 ./{{program}} ;;
  *) exec sh -c "$SSH_ORIGINAL_COMMAND" ;;
esac""".replace("{{program}}", ssh.PROGRAM)

_SERVER = """
Port {port}
ListenAddress 127.0.0.1
HostKey {root}/host_key
AuthorizedKeysFile {root}/user_key.pub
ForceCommand {root}/shell
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
"""

_CLIENT = """
Host pi stranger
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentitiesOnly yes
  UserKnownHostsFile {root}/known_hosts
  StrictHostKeyChecking accept-new
Host pi
  IdentityFile {root}/user_key
Host stranger
  IdentityFile {root}/no_key
"""


def _script(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert server.poll() is None, server.stderr and server.stderr.read()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("sshd does not listen")


def test_flash_then_eval_then_nothing_to_flash(pi: Pi, lenet5: Path, tmp_path: Path) -> None:
    program = pi.home / ssh.PROGRAM
    program.unlink(missing_ok=True)
    flash = ("flash", lenet5, "--board", BOARD, "-o", tmp_path / "firmware")
    unflashed = run("eval", lenet5, "--board", BOARD, "--port", "ssh://pi", PATH=pi.path)
    refused(10, "ssh://pi", "edgecnn flash", by=unflashed)

    done = run(*flash, "--to", "pi", "--json", PATH=pi.path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    built = (tmp_path / "firmware" / "firmware.elf").read_bytes()
    assert (report["unchanged"], report["read_back"], report["answered"]) == (False, True, True)
    assert report["image_size"] == len(built)
    assert program.read_bytes() == built
    assert os.access(program, os.X_OK)
    assert os.listdir(pi.home) == [ssh.PROGRAM]

    before = program.stat()
    again = run(*flash, "--port", "ssh://pi", "--json", PATH=pi.path)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["unchanged"]
    assert (program.stat().st_ino, program.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    done = run("eval", lenet5, "--board", BOARD, "--port", "ssh://pi", "--limit", 100, "--json", PATH=pi.path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["board"], report["n"], report["unequal_bytes"], report["lost"]) == (BOARD, 100, 0, 0)


def test_a_damaged_copy_never_takes_the_place_of_the_old(pi: Pi, lenet5: Path, tmp_path: Path) -> None:
    """A disk that is full there: the copy's SHA-256 is wrong, and what was there still is."""
    old = b"#!/bin/sh\n"
    (pi.home / ssh.PROGRAM).write_bytes(old)
    bin = tmp_path / "bin"
    bin.mkdir()
    _script(bin / "ssh", f'head -c 5000 | exec {pi.path.partition(":")[0]}/ssh "$@"')
    path = f"{bin}:{os.environ['PATH']}"
    done = run("flash", lenet5, "--board", BOARD, "-o", tmp_path / "firmware", "--to", "pi", PATH=path)
    refused(14, "checksum", "at pi", "flash it again", by=done)
    assert (pi.home / ssh.PROGRAM).read_bytes() == old


def test_ways_that_lead_nowhere(pi: Pi, lenet5: Path, tmp_path: Path) -> None:
    evaluate = ("eval", lenet5, "--board", BOARD, "--port")
    refused(11, "Permission denied", "ssh-copy-id", by=run(*evaluate, "ssh://stranger", PATH=pi.path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    refused(11, "refused", by=run(*evaluate, f"ssh://127.0.0.1:{port}", PATH=pi.path))
    refused(10, "--to USER@HOST", by=run("flash", lenet5, "--board", BOARD, "-o", tmp_path / "firmware"))
    refused(
        2, "ssh is not installed; on Debian: apt install openssh-client.", by=run(*evaluate, "ssh://pi", PATH="/no")
    )
    for url in ("ssh://", "ssh://pi:port", "ssh://pi/home"):
        with pytest.raises(PortError, match="not of the form ssh://USER@HOST:PORT"):
            ssh.command(url, "true")


def test_a_host_is_never_taken_for_an_option() -> None:
    assert ssh.command("-oProxyCommand=evil", "true")[-3:] == ["--", "-oProxyCommand=evil", "true"]
    assert ssh.command("ssh://me@pi:2222", "true")[-5:] == ["-p", "2222", "--", "me@pi", "true"]

"""What this computer has of all that edgecnn can use, and what mends what is missing."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from .errors import EdgecnnError, UsageError
from .onboard import connect
from .support import paths
from .support.dependencies import TOOLS, Tool


@dataclass(frozen=True)
class Finding:
    """One thing looked for: what was found of it, or the command that mends it."""

    kind: str
    name: str
    found: str | None
    mend: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Finding]:
    """Everything, in the order of edgecnn.support.dependencies, then what else it takes."""
    return [*(_examine(tool) for tool in TOOLS.values()), _cache(), *_ports()]


def _examine(tool: Tool) -> Finding:
    found = tool.version()
    return Finding(tool.kind, tool.name, found, "" if found else " && ".join(map(_shown, _install([tool]))))


def _cache() -> Finding:
    place = paths.users_cache()
    mend = "" if place else "export XDG_CACHE_HOME=FOLDER, with one that you may write to"
    return Finding("folder", "cache", str(place) if place else None, mend)


def _ports() -> list[Finding]:
    """Whether the serial ports are ours to open: those that are attached, else those that may come."""
    mend = f"{_shown([*_as_root(), 'usermod', '-aG', 'dialout', getpass.getuser()])}, then log in again"
    devices = [port.device for port in connect.usb_ports()]
    if devices:
        allowed = {device: os.access(device, os.R_OK | os.W_OK) for device in devices}
        return [
            Finding("port", place, "may be opened" if ok else None, "" if ok else mend) for place, ok in allowed.items()
        ]
    who = "root" if os.geteuid() == 0 else "in the group dialout" if _in_dialout() else None
    return [Finding("port", "serial ports", who, "" if who else mend)]


def _in_dialout() -> bool:
    import grp

    try:
        return grp.getgrnam("dialout").gr_gid in os.getgroups()
    except KeyError:
        return True  # not Debian's way: nothing to mend by it


def install(findings: Iterable[Finding], tell: Callable[[str], None]) -> None:
    """Install every tool that is missing, telling each command before it is run.

    Raises UsageError where there is no apt-get, EdgecnnError when a command fails or does not bring what it should.
    """
    missing = [TOOLS[finding.name] for finding in findings if finding.found is None and finding.name in TOOLS]
    for command in _install(missing):
        tell(_shown(command))
        if shutil.which(command[0]) is None:
            raise UsageError(f"{command[0]} is not on this computer; install {_names(missing)} by its own means.")
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
        if done.returncode:
            raise EdgecnnError(f"`{_shown(command)}` failed with code {done.returncode}; see what it said above.")
    if still := [tool for tool in missing if tool.found() is None]:
        raise EdgecnnError(f"{_names(still)} cannot be found although installed; look at your PATH.")


def _install(tools: Iterable[Tool]) -> list[list[str]]:
    """The commands that install `tools`, one of each package manager."""
    tools = list(tools)
    debian = _words(tool.debian for tool in tools)
    extras = ",".join(_words(tool.extra for tool in tools))
    apt = [*_as_root(), "apt-get"]
    commands = []
    if debian:
        commands += [[*apt, "update", "-q"], [*apt, "install", "-y", "-q", "--no-install-recommends", *debian]]
    if extras:
        commands += [[sys.executable, "-m", "pip", "install", "--quiet", f"edgecnn[{extras}]"]]
    if packages := _words(tool.npm for tool in tools):
        commands += [["npm", "install", "--silent", *packages]]
    return commands


def _words(texts: Iterable[str]) -> list[str]:
    """Each word of them once, in order."""
    return list(dict.fromkeys(word for text in texts for word in text.split()))


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo"]


def _shown(command: Iterable[str]) -> str:
    """As one would type it."""
    return shlex.join(command)


def _names(tools: Iterable[Tool]) -> str:
    return ", ".join(tool.name for tool in tools)

"""Firmware flashed as a user types it."""

import json
import zlib
from pathlib import Path

from edgecnn import board as boards
from edgecnn.building.build import build, default_folder
from edgecnn.converters.manifest import read_manifest
from edgecnn.device.device import Device, Image
from tests.support.command_line import run

BOARDS = {name: boards.load(name) for name in boards.names()}


def firmware(folder: Path, name: str) -> Path:
    """The folder of `edgecnn build`, made once."""
    target = default_folder(folder, BOARDS[name])
    if not target.is_dir():
        build(folder, BOARDS[name], target)
    return target


def flashed(folder: Path, name: str, *arguments: object) -> dict[str, object]:
    """What the command reports."""
    done = run("flash", firmware(folder, name), "--board", name, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    assert report["model_sha256"] == read_manifest(folder).model.sha256
    return report


def proofs(report: dict[str, object]) -> list[str]:
    return [name for name in ("unchanged", "read_back", "answered") if report[name]]


def runs(folder: Path, port: str) -> None:
    """The board behind `port` runs the network of `folder`, from an image that is whole."""
    with Device(port) as device:
        manifest = read_manifest(folder)
        device.expect(manifest.name, manifest.model.sha256)
        binary = (firmware(folder, device.info.board) / "firmware.bin").read_bytes()
        assert device.image() == Image(len(binary), zlib.crc32(binary))

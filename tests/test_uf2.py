"""UF2 files: read back by us and by the npm package uf2; and the RP2040's second stage of boot, sealed."""

import dataclasses
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecnn import board
from edgecnn.building import boot2, compiler, uf2
from edgecnn.building.build import Build, build
from edgecnn.building.uf2 import Firmware
from edgecnn.device.device import Device
from edgecnn.emulators import emulator
from edgecnn.errors import EdgecnnError, TransferError
from tests.support.processes import started

PICO = board.load("raspberry_pi_pico")
SMALL = Firmware(0xE48BFF56, 0x10000000, bytes(range(1, 256)) * 3)

REFERENCE = """
const { decodeBlock, familyMap } = require("uf2");
const file = require("fs").readFileSync(0), blocks = [];
for (let at = 0; at < file.length; at += 512) blocks.push(decodeBlock(file.subarray(at, at + 512)));
console.log(JSON.stringify(blocks.map((b) => ({ ...b, payload: [...b.payload], chip: familyMap.get(b.boardFamily) }))));
"""


def test_the_reference_reads_what_we_write() -> None:
    script = ["node", "-e", REFERENCE]
    modules = Path(emulator.__file__).parent
    done = subprocess.run(script, input=uf2.write(SMALL), capture_output=True, cwd=modules, check=True)
    blocks = json.loads(done.stdout)
    assert {block["chip"] for block in blocks} == {"Raspberry Pi RP2040"}
    assert {block["flags"] for block in blocks} == {0x2000}
    assert [block["flashAddress"] for block in blocks] == [0x10000000, 0x10000100, 0x10000200]
    assert [(block["blockNumber"], block["totalBlocks"]) for block in blocks] == [(0, 3), (1, 3), (2, 3)]
    assert b"".join(bytes(block["payload"]) for block in blocks) == SMALL.image.ljust(768, b"\0")


@given(st.binary(min_size=1, max_size=2000), st.integers(0, 2**32 - 1), st.integers(0, 2**31).map(lambda n: n & ~255))
def test_there_and_back(image: bytes, family: int, start: int) -> None:
    padded = image.ljust(-(-len(image) // 256) * 256, b"\0")
    assert uf2.read(uf2.write(Firmware(family, start, image))) == Firmware(family, start, padded)


@pytest.mark.parametrize("at", [0, 4, 8, 12 + 512, 16, 20 + 512, 24, 28 + 512, 508])
def test_damage_in_a_header_is_seen(at: int) -> None:
    data = bytearray(uf2.write(SMALL))
    data[at] ^= 1
    with pytest.raises(EdgecnnError, match="of the UF2 file is damaged"):
        uf2.read(bytes(data))


@pytest.mark.parametrize("size", [0, 511, 1000])
def test_what_is_cut_is_seen(size: int) -> None:
    with pytest.raises(EdgecnnError, match=f"but this one has {size:,} bytes"):
        uf2.read(uf2.write(SMALL)[:size])


def test_the_crc_of_the_rom() -> None:
    assert boot2.crc32_mpeg2(b"123456789") == 0x0376E6E7  # the check value of catalogues


def test_a_stage_that_is_too_large(tmp_path: Path) -> None:
    zig = compiler.zig()
    assert zig
    source, elf = tmp_path / "stage.c", tmp_path / "stage.elf"
    source.write_text('__attribute__((section(".boot2"), used)) const char stage[256] = {[255] = 1};\n')
    zig.run(["-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus", "-c", str(source), "-o", str(elf)])
    with pytest.raises(EdgecnnError, match="needs more than 252 bytes"):
        boot2.seal(elf)


@pytest.fixture
def built(lenet5: Path, tmp_path: Path) -> Build:
    """LeNet for the Pico."""
    return build(lenet5, PICO, tmp_path / "firmware")


def test_the_pico_boots_its_uf2(built: Build) -> None:
    firmware = uf2.read((built.folder / "firmware.uf2").read_bytes())
    image = (built.folder / "firmware.bin").read_bytes()
    assert firmware.image[: len(image)] == image
    assert (firmware.family, firmware.start) == (0xE48BFF56, 0x10000000)
    with emulator.emulate(PICO, built.elf) as port, Device(port, patience=60) as device:
        assert device.info.sha256 == built.model_sha256
        assert device.info.ticks_per_second == 125_000_000
        assert device.time() == pytest.approx(device.time(), rel=1e-3)  # cycles: no computer's clock is in them


def test_the_rom_starts_nothing_damaged(built: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    file = built.folder / "firmware.uf2"
    firmware = uf2.read(file.read_bytes())
    damaged = firmware.image[:3] + bytes([firmware.image[3] ^ 1]) + firmware.image[4:]
    file.write_bytes(uf2.write(dataclasses.replace(firmware, image=damaged)))
    processes = started(monkeypatch)

    def waits_for_its_end() -> None:
        with emulator.emulate(PICO, built.elf):
            processes[-1].wait(60)
            raise TimeoutError

    with pytest.raises(TransferError, match="ended by itself: .* second stage of boot fails the checksum"):
        waits_for_its_end()

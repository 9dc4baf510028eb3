"""Whatever core a folder was converted for, a board gets the C for its own; and the folder is read once."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from edgecnn import board, converted, read_tflite, write_c, zoo
from edgecnn.building.build import build
from edgecnn.cli import verbs
from edgecnn.converted import Converted
from edgecnn.converters import graph_to_c
from edgecnn.errors import InvalidModelError, UsageError
from tests.support.converted_network import append

M4 = board.load("mps2_an386")
SAYS = "is for wasm-simd; for mps2_an386, its model is converted again for cortex-m4.\n"


@pytest.fixture(scope="module")
def wasm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "lenet5"
    write_c(read_tflite(zoo.trained("lenet5_mnist")), folder, name="lenet5", target="wasm-simd", optimize="speed")
    return folder


def test_a_folder_for_another_core_is_converted_again(
    wasm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_c(
        read_tflite(zoo.trained("lenet5_mnist")), tmp_path / "own", name="lenet5", target="cortex-m4", optimize="speed"
    )
    own = build(tmp_path / "own", M4, tmp_path / "a")
    assert capsys.readouterr().err == ""
    assert build(wasm, M4, tmp_path / "b").elf_sha256 == own.elf_sha256
    assert capsys.readouterr().err.endswith(SAYS)


def test_a_folder_is_read_and_its_model_parsed_once_for_a_command(
    wasm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: Counter[str] = Counter()

    def spy(module: Any, name: str) -> None:
        original = getattr(module, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            calls[name] += 1
            return original(*arguments, **options)

        monkeypatch.setattr(module, name, counted)

    for module, name in ((converted, "read_manifest"), (converted, "read_tflite"), (graph_to_c, "lower")):
        spy(module, name)
    verbs.cli.main(["build", str(wasm), "--board", "mps2_an386", "-o", str(tmp_path / "out")], standalone_mode=False)
    assert calls == {"read_manifest": 1, "read_tflite": 1, "lower": 2}  # to prove the folder, and for the board
    assert capsys.readouterr().err.count(SAYS) == 1


def test_edited_c_is_built_for_a_board_where_it_can_be(lenet5: Path, wasm: Path, tmp_path: Path) -> None:
    """Generic C as it stands; that of another core is refused rather than written anew without the edits."""
    for source, folder in ((lenet5, tmp_path / "generic"), (wasm, tmp_path / "wasm")):
        shutil.copytree(source, folder)
        append(folder, "lenet5.c", "\nextern const char mine[];\nconst char mine[1000] = {1};\n")
        with pytest.raises(InvalidModelError, match="lenet5.c was edited after the conversion; if by you, add --trust"):
            build(folder, M4, tmp_path / "out")
    network = Converted.open(tmp_path / "generic", trust=True)
    assert build(network, M4, tmp_path / "out").model == "lenet5"
    with pytest.raises(
        UsageError, match="holds C for wasm-simd that this edgecnn did not write, and cortex-m4 is needed"
    ):
        build(tmp_path / "wasm", M4, tmp_path / "out", trust=True)

"""Names from outside reach a terminal as text, whoever gave them and wherever they come out."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from edgecnn import datasets, errors
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError
from edgecnn.printable import printable
from edgecnn.support import progress
from tests.support.tflite_builder import Builder

HOSTILE = "a\n\r\x1b[2J\x9b\u2028\u202egnp.\x00\udc80[/b]"
TAMED = r"a\n\r\x1b[2J\x9b\u2028\u202egnp.\x00\udc80[/b]"


def test_what_shows_stays_and_what_does_not_is_written_out() -> None:
    assert printable(HOSTILE) == TAMED
    for name in ("conv2d/Relu;conv2d/BiasAdd", "Grüße 1, Ωμέγα", "数字", "C:\\new\\table", ""):
        assert printable(name) == name


def test_every_error_stays_within_its_line() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, EdgecnnError)]
    assert len(kinds) > 10
    for kind in kinds:
        assert str(kind(f"{HOSTILE} is no picture.")) == f"{TAMED} is no picture."


@pytest.mark.parametrize("name", [b"\x1bc", b"\n\r", b"\xc2\x9b"])
def test_names_of_tensors(name: bytes) -> None:
    b = Builder()
    file = (
        b.finish(b.relu(b.input((1, 4), 0.5, 0), 0.5, 0)).replace(b"t0\0", name + b"\0").replace(b"t1\0", name + b"\0")
    )
    graph = graph_of(file)
    for shown in (graph.input.name, str(graph.output), repr(graph)):
        assert shown.isprintable()
        assert "\\" in shown


def test_names_of_files() -> None:
    with pytest.raises(EdgecnnError) as caught:
        graph_of(b"nothing", f"{HOSTILE}.tflite")
    assert str(caught.value).startswith(f"{TAMED}.tflite is not a TFLite model")


def test_names_of_pictures_and_classes(tmp_path: Path) -> None:
    name = "a\n\x1b[2J[b]"
    for label in (name, "b"):
        (tmp_path / label).mkdir()
        for index in range(3):
            (tmp_path / label / f"{index}{name[:5]}").write_bytes(b"")
    with pytest.raises(EdgecnnError, match="is not a picture") as caught:
        datasets.load(f"folder:{tmp_path}")
    assert str(caught.value).isprintable()


def test_names_on_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich reads [b] as an order to write in bold, and [/b] without it as a fault."""
    terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
    monkeypatch.setattr(progress, "stderr", terminal)
    with progress.bar(HOSTILE, 2) as bar:
        bar.describe(f"{HOSTILE}, on")
        bar.advance()
    with progress.busy(HOSTILE):
        pass
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|[\r\n]", "", terminal.file.getvalue())  # type: ignore[attr-defined]
    assert TAMED in shown
    assert shown.isprintable()

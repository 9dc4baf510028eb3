"""The folder of generated C: what it may be called, and that nobody's files are lost in it."""

import re
from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters.c_names import name_of
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.manifest import MANIFEST
from edgecnn.errors import EdgecnnError, UsageError
from edgecnn.host import HostModel
from tests.support.c_folder import contents
from tests.support.small_networks import everything, tiny


@pytest.mark.parametrize("name", ["", "1st", "_x", "a-b", "ä", "a b", "x" * 49, "edgecnn_conv2d_s8", "a\n"])
def test_names_that_are_no_c(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name C functions"):
        write_c(tiny(), tmp_path / "c", name=name)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a/lenet5.tflite", "lenet5"),
        ("my-net.v2.tflite", "my_net_v2"),
        ("5x.tflite", "model_5x"),
        ("é.tflite", "model__"),
    ],
)
def test_names_from_files(file: str, name: str, tmp_path: Path) -> None:
    assert name_of(file) == name
    write_c(tiny(), tmp_path / "c", name=name)


def test_odd_names_compile(tmp_path: Path) -> None:
    for name in ("layer", "layer0", "arena", "runtime", "manifest", "INT8", "M", "edgecnn"):
        write_c(tiny(), tmp_path / name, name=name)
        x = np.array([[[0], [20], [40]]], np.int8).reshape(1, 1, 3, 1)
        assert HostModel(tmp_path / name, flags=("-std=c99", "-fPIC", "-shared")).invoke(x).tolist() == [[2, 2]]


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    for place in ("thesis", "file"):
        with pytest.raises(EdgecnnError, match="was not made by edgecnn"):
            write_c(tiny(), tmp_path / place)
    assert contents(tmp_path) == {"thesis/thesis.tex": b"years of work", "file": b"a file"}


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(EdgecnnError, match=r"cannot write .*; choose a place"):
        write_c(tiny(), tmp_path / "file" / "c")


def test_ours_is_replaced_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()  # an empty folder is taken
    write_c(everything(), tmp_path / "c", name="first")
    write_c(tiny(), tmp_path / "c", name="second")
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        "CMakeLists.txt",
        "LICENSE",
        MANIFEST,
        "runtime",
        "second.c",
        "second.h",
        "second.tflite",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


@pytest.mark.parametrize("place", ["main.c", "runtime/mine.h"])
def test_a_users_file_in_our_folder_is_never_lost(place: str, tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "c")
    (tmp_path / "c" / place).write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(EdgecnnError, match=re.escape(place)):
        write_c(tiny(), tmp_path / "c")
    assert contents(tmp_path) == before


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "c")
    (tmp_path / "link").symlink_to(tmp_path / "c")
    write_c(tiny(), tmp_path / "link", name="second")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "c" / "second.c").is_file()

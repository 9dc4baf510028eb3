"""A .npy file is read when it holds what its header says, and refused in a sentence of ours when not."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn.errors import UsageError
from edgecnn.support.npy import read_npy


def header(shape: str, descr: str = "'<f4'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def saved(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


ONE = np.ones((2, 3), np.float32)
WRONG = {
    "of a huge shape": (header("(9999999999, 99999, 9)") + bytes(99), "damaged: an array of shape"),
    "of more bytes than any computer": (header("(2**70,)".replace("2**70", str(2**70))), "damaged: an array of shape"),
    "of a negative shape": (header("(-1, 32, 32, 1)") + bytes(4096), r"has the shape \(-1, 32, 32, 1\)"),
    "cut off": (saved(ONE)[:-1], "damaged: an array of shape"),
    "with more behind it": (saved(ONE) + b"x", "damaged: an array of shape"),
    "of texts": (saved(np.array(["a"])), "holds <U1, no numbers"),
    "of dates": (saved(np.array(["2026-01-01"], "datetime64[D]")), "no numbers"),
    "of objects": (saved(np.array([None])), "holds object, no numbers"),
    "of records": (saved(np.zeros(2, [("a", "f4")])), "no numbers"),
    "of nothing": (b"", "is not a .npy file"),
    "that is an archive": (b"PK\x03\x04" + bytes(40), "is not a .npy file"),
    "of a version to come": (b"\x93NUMPY\x09\x00" + bytes(99), "is not a .npy file"),
    "with a header that is no dictionary": (b"\x93NUMPY\x01\x00\x02\x00[]", "is not a .npy file"),
    "with a header of brackets": (header("(" * 3000), "is not a .npy file"),
    "with an unknown type": (header("(2,)", "'<q9'"), "is not a .npy file"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file(what: str, tmp_path: Path) -> None:
    content, says = WRONG[what]
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(UsageError, match=says) as caught:
        read_npy(tmp_path / "x.npy")
    assert str(caught.value).startswith(f"{tmp_path / 'x.npy'} ")
    assert len(str(caught.value)) < 400


def test_places_where_there_is_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.npy"):
        with pytest.raises(UsageError, match=r"cannot read .*; check the path"):
            read_npy(path)


@pytest.mark.parametrize("array", [ONE, np.asfortranarray(ONE), ONE.astype(">f8"), np.zeros((0, 4)), np.array(3)])
def test_arrays_of_numbers(array: NDArray[Any], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", array)
    read = read_npy(tmp_path / "x.npy")
    assert read.dtype == array.dtype
    assert np.array_equal(read, array)

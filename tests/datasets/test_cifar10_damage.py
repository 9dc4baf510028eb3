"""CIFAR-10 that is damaged or made to do harm: one sentence, little memory, and no other program."""

import hashlib
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecnn import datasets
from edgecnn.datasets import cifar10, packed
from edgecnn.errors import EdgecnnError
from tests.support import small_cifar10 as whole

Splits = dict[str, datasets.Split]


def refused(folder: Path, says: str) -> None:
    with pytest.raises(EdgecnnError, match=f"is not CIFAR-10 as in .*{says}.*; get it again") as caught:
        datasets.load("cifar10", folder)
    assert type(caught.value) is EdgecnnError
    assert len(str(caught.value)) < 500


class Shaped:
    """An array that says that it has a shape."""

    def __init__(self, *shape: int):
        self.shape = shape

    def __reduce__(self) -> Any:
        return np.zeros(0).__reduce__()[0], (np.ndarray, self.shape, b"b")


ROWS = np.zeros((20, 3072), np.uint8)
PICKLES: dict[str, tuple[Any, str]] = {
    "a number": (3, ""),
    "a list": ([], ""),
    "no labels": ({b"data": ROWS}, "labels"),
    "label 77": ({b"data": ROWS, b"labels": [77] * 20}, "labels from 77 to 77"),
    "label -1": ({b"data": ROWS, b"labels": [-1] * 20}, "labels from -1 to -1"),
    "labels beyond an int64": ({b"data": ROWS, b"labels": [2**70] * 20}, "labels object"),
    "labels of texts": ({b"data": ROWS, b"labels": [b"cat"] * 20}, "labels"),
    "labels with fractions": ({b"data": ROWS, b"labels": [0.5] * 20}, "labels float64"),
    "labels in a table": ({b"data": ROWS, b"labels": [[1]] * 20}, "labels"),
    "one picture": ({b"data": ROWS[:1], b"labels": [1]}, "of 20 pictures it has 1, and 1 labels"),
    "no picture": ({b"data": ROWS[:0], b"labels": np.zeros(0, np.int64)}, "of 20 pictures it has 0"),
    "more pictures than labels": ({b"data": ROWS, b"labels": [1] * 19}, "it has 20, and 19 labels"),
    "pixels of floats": ({b"data": ROWS.astype(float), b"labels": [1] * 20}, "pixels are float64"),
    "pixels of None": ({b"data": [[None] * 3072] * 20, b"labels": [1] * 20}, "pixels are object"),
    "pixels of a single number": ({b"data": [np.uint8(3)], b"labels": [1] * 20}, ""),
    "a huge shape": ({b"data": Shaped(2**40, 3072), b"labels": [1] * 20}, ""),
    "a negative shape": ({b"data": Shaped(-3, 3072), b"labels": [1] * 20}, ""),
}


@pytest.mark.parametrize("what", PICKLES)
def test_a_pickle_that_holds(what: str, tmp_path: Path, splits: Splits) -> None:
    content, says = PICKLES[what]
    folder = whole.write(tmp_path / "data", "python", splits, False)
    (folder / "cifar-10-batches-py" / "test_batch").write_bytes(whole.pickled(content))
    refused(folder, says)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02]r\x00\x00\x00\x10.",  # a list, remembered as the 268 millionth object
        b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b"abc.",  # a string of 2^40 bytes
        b"\x80\x05\x96" + (2**50).to_bytes(8, "little") + b"abc.",  # a bytearray of 2^50
        b"\x80\x02" + b"(" * 100_000,
        b"\x80\x02\x8a\xff" + bytes(9),
        b"\x80\x02K\x05R.",
        b"",
    ],
)
def test_a_pickle_that_asks_for_much(content: bytes, tmp_path: Path, splits: Splits) -> None:
    folder = whole.write(tmp_path / "data", "python", splits, False)
    (folder / "cifar-10-batches-py" / "test_batch").write_bytes(content)
    tracemalloc.start()
    refused(folder, "")
    assert tracemalloc.get_traced_memory()[1] < 100 << 20
    tracemalloc.stop()


def picture(kind: str, size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB" if kind != "GIF" else "L", size).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    "content", [picture("PNG", (32, 33)), picture("PNG", (4000, 4000)), picture("EPS", (32, 32)), b""]
)
def test_a_picture_that_is_none_of_it(content: bytes, tmp_path: Path, splits: Splits) -> None:
    folder = whole.write(tmp_path / "data", "jpeg", splits, False)
    next((folder / "train" / "cat").iterdir()).write_bytes(content)
    refused(folder, "")


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("form", whole.FORMS)
def test_an_archive_that_unpacks_to_too_much(
    form: str, tmp_path: Path, splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cifar10, "_MOST", 1 << 20)
    known, make = whole.FORMS[form]
    whole.pack(tmp_path / known.archive, {**make(splits), "more": bytes(50 << 20)})
    assert (tmp_path / known.archive).stat().st_size < 1 << 20
    tracemalloc.start()
    refused(tmp_path, "it has more than 1,048,576 bytes")
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("form", whole.FORMS)
@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: data[:400] + b"?" * 9 + data[409:]]
)
def test_an_archive_that_is_damaged(
    form: str, damage: Callable[[bytes], bytes], tmp_path: Path, splits: Splits
) -> None:
    folder = whole.write(tmp_path / "data", form, splits, True)
    path = folder / whole.FORMS[form][0].archive
    path.write_bytes(damage(path.read_bytes()))
    refused(folder, "")


def test_a_damaged_archive_in_the_cache_is_set_aside(
    tmp_path: Path, splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = whole.write(tmp_path / "good", "binary", splits, True)
    form = cifar10.FORMS[0]
    digest = hashlib.md5((good / form.archive).read_bytes()).hexdigest()
    monkeypatch.setattr(cifar10, "FORMS", (cifar10.Form(form.archive, digest, form.folders, form.read),))
    monkeypatch.setattr(cifar10, "MIRRORS", (good.as_uri() + "/",))
    cache = tmp_path / "cache" / "edgecnn" / "datasets" / "cifar10"
    cache.mkdir(parents=True)
    (cache / form.archive).write_bytes(b"damaged")
    assert len(datasets.load("cifar10").test) == 20
    (aside,) = cache.glob(f"{form.archive}.damaged-*")
    assert aside.read_bytes() == b"damaged"
    assert len(datasets.load("cifar10").test) == 20


def test_what_is_packed_is_unpacked_to_a_limit() -> None:
    assert packed.unpacked(b"plain", 5) == b"plain"
    with pytest.raises(ValueError, match="more than 4 bytes"):
        packed.unpacked(b"plain", 4)

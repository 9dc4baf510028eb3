"""The data sets: shapes, splits, and every place where MNIST may or may not be."""

import gzip
import hashlib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import datasets
from edgecnn.datasets import digits, download, mnist
from edgecnn.errors import EdgecnnError, UsageError

COUNTS = {"train": 7, "t10k": 4}


def idx(array: NDArray[Any]) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.astype(np.uint8).tobytes()


def known(data: bytes) -> mnist.Known:
    return mnist.Known(len(data), hashlib.md5(data).hexdigest())


@pytest.fixture
def contents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, bytes]:
    """A tiny MNIST: the loader knows its MD5 sums, and finds neither a cache nor a network."""
    random = np.random.RandomState(1)
    made = {}
    for prefix, n in COUNTS.items():
        made[f"{prefix}-images-idx3-ubyte"] = idx(random.randint(0, 256, (n, 28, 28)))
        made[f"{prefix}-labels-idx1-ubyte"] = idx(np.arange(n))
    monkeypatch.setattr(mnist, "FILES", {name: known(data) for name, data in made.items()})
    monkeypatch.setattr(mnist, "VALIDATION", 2)
    monkeypatch.setattr(mnist, "MIRRORS", ((tmp_path / "no-such-mirror").as_uri() + "/",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("EDGECNN_DATA_DIR", raising=False)
    return made


def write(folder: Path, contents: dict[str, bytes], packed: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(data) if packed else data)
    return folder


def test_digits() -> None:
    data = datasets.load("digits")
    assert [len(split) for split in (data.train, data.validation, data.test)] == [1297, 100, 400]
    assert data.train.images.shape == (1297, 32, 32, 1)
    assert data.train.images.dtype == np.uint8
    assert data.train.labels.dtype == np.int64
    assert (data.train.images.min(), data.train.images.max()) == (0, 255)
    assert data.classes == tuple("0123456789")
    # The split is part of every figure that is ever reported on it.
    assert data.sha256 == "e58a24333c8db9789f191a0af3fa160dbbcc5d8ac337600d1bb1085d9084589e"


def test_digits_are_enlarged_linearly() -> None:
    ramp = np.tile(np.arange(8.0), (1, 8, 1))
    row = digits._resize(ramp, 32)[0, 5]
    np.testing.assert_allclose(np.diff(row[2:30]), 0.25)
    assert (row[0], row[-1]) == (0, 7)


def test_to_input() -> None:
    assert datasets.to_input(np.array([0, 51, 255], np.uint8)).tolist() == [0, np.float32(0.2), 1]


def test_sha256_covers_pixels_and_labels() -> None:
    split = datasets.Split(np.zeros((2, 3, 3, 1), np.uint8), np.array([0, 1]))
    changed = datasets.Split(split.images, np.array([1, 1]))
    assert datasets.Dataset("a", split, split, split, ("0", "1")).sha256 != (
        datasets.Dataset("a", split, split, changed, ("0", "1")).sha256
    )


def test_unknown_name() -> None:
    with pytest.raises(UsageError, match="choose one of: digits, mnist"):
        datasets.load("mnits")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("subfolder", ["", "mnist"])
def test_mnist_from_a_folder(tmp_path: Path, contents: dict[str, bytes], packed: bool, subfolder: str) -> None:
    write(tmp_path / "data" / subfolder, contents, packed)
    assert datasets.available("mnist", tmp_path / "data")
    data = datasets.load("mnist", tmp_path / "data")
    assert [len(split) for split in (data.train, data.validation, data.test)] == [5, 2, 4]
    assert data.train.labels.tolist() == [0, 1, 2, 3, 4]
    assert data.validation.labels.tolist() == [5, 6]
    assert data.test.images.shape == (4, 32, 32, 1)
    first = np.frombuffer(contents["t10k-images-idx3-ubyte"][16 : 16 + 784], np.uint8).reshape(28, 28)
    assert (data.test.images[0, 2:30, 2:30, 0] == first).all()
    assert data.test.images[0].sum() == first.sum()


def test_mnist_from_the_environment(
    tmp_path: Path, contents: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not datasets.available("mnist")
    monkeypatch.setenv("EDGECNN_DATA_DIR", str(write(tmp_path / "data", contents)))
    assert datasets.available("mnist")
    assert len(datasets.load("mnist").test) == 4


def test_a_named_folder_without_the_files_is_an_error(tmp_path: Path, contents: dict[str, bytes]) -> None:
    write(tmp_path / "cache" / "edgecnn" / "datasets" / "mnist", contents)  # not looked at
    with pytest.raises(UsageError, match=r"empty does not hold MNIST; put train-images-idx3-ubyte, .* there"):
        datasets.load("mnist", tmp_path / "empty")


@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: data[:-9] + b"123456789"])
def test_a_damaged_file(tmp_path: Path, contents: dict[str, bytes], damage) -> None:  # type: ignore[no-untyped-def]
    folder = write(tmp_path / "data", contents)
    path = folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(EdgecnnError, match=r"labels-idx1-ubyte.gz is not MNIST's train-labels.* get the file again"):
        datasets.load("mnist", folder)


def test_download_skips_a_damaged_mirror_and_fills_the_cache(
    tmp_path: Path, contents: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = write(tmp_path / "bad", dict.fromkeys(contents, b"<html>"))
    good = write(tmp_path / "good", contents)
    monkeypatch.setattr(mnist, "MIRRORS", (bad.as_uri() + "/", good.as_uri() + "/"))
    assert len(datasets.load("mnist").train) == 5
    monkeypatch.setattr(mnist, "MIRRORS", ())
    assert datasets.available("mnist")
    assert len(datasets.load("mnist").train) == 5


def test_no_more_is_unpacked_than_a_file_can_have(
    tmp_path: Path, contents: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels in 100 kB that unpack to 100 MB, of which the first are right; a file of that size; and a mirror's."""
    name = "t10k-labels-idx1-ubyte"
    bomb = gzip.compress(contents[name] + bytes(100 << 20), 9)
    folder = write(tmp_path / "data", contents)
    monkeypatch.setitem(mnist.FILES, name, mnist.Known(len(bomb), mnist.FILES[name].md5))  # or it is too large as it is
    for end, content, says in (
        (".gz", bomb, "its MD5 is wrong"),
        (".gz", bomb * 2, "more than"),
        ("", bytes(1 << 20), "more than"),
    ):
        (folder / f"{name}{end}").write_bytes(content)
        tracemalloc.start()
        with pytest.raises(EdgecnnError, match=f"is not MNIST's {name} .*{says}.*; delete it and get the file again"):
            datasets.load("mnist", folder)
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
        tracemalloc.stop()
    with pytest.raises(OSError, match="more than 1,000 bytes"):
        download.fetch((folder / f"{name}.gz").as_uri(), 1000)


def test_a_damaged_file_in_the_cache_is_set_aside(
    tmp_path: Path, contents: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = write(tmp_path / "cache" / "edgecnn" / "datasets" / "mnist", contents)
    monkeypatch.setattr(mnist, "MIRRORS", (write(tmp_path / "good", contents).as_uri() + "/",))
    damaged = cache / "t10k-labels-idx1-ubyte.gz"
    damaged.write_bytes(b"damaged")
    assert len(datasets.load("mnist").test) == 4
    (aside,) = cache.glob(f"{damaged.name}.damaged-*")
    assert aside.read_bytes() == b"damaged"
    assert damaged.read_bytes() == (tmp_path / "good" / damaged.name).read_bytes()


def test_offline(contents: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(EdgecnnError) as caught:
        datasets.load("mnist")
    sentence = str(caught.value)
    assert "MNIST could not be downloaded" in sentence
    assert all(name in sentence for name in mnist.FILES)
    assert str(tmp_path / "cache" / "edgecnn" / "datasets" / "mnist") in sentence
    assert "--data-dir or EDGECNN_DATA_DIR" in sentence


def test_a_download_cut_short_is_not_kept(
    contents: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Answer:
        headers = {"Content-Length": "1000"}  # noqa: RUF012
        parts: Iterator[bytes] = iter([b"x" * 10, b""])

        def __enter__(self) -> "Answer":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, _: int) -> bytes:
            return next(self.parts)

    monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: Answer())
    with pytest.raises(OSError, match="ended early"):
        download.fetch("http://mirror.invalid/file.gz", 1 << 20)

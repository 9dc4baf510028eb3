"""CIFAR-10 in each of its forms, made small; the four classes of the article in it."""

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from edgecnn import datasets
from edgecnn.datasets import cifar10
from edgecnn.errors import EdgecnnError, UsageError
from tests.support.small_cifar10 import FORMS, write


def pairs(*splits: datasets.Split) -> set[tuple[bytes, int]]:
    return {(image.tobytes(), int(label)) for split in splits for image, label in zip(split.images, split.labels)}  # noqa: B905


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("subfolder", ["", "cifar10"])
def test_every_form_gives_the_same_images(
    tmp_path: Path,
    splits: dict[str, datasets.Split],
    form: str,
    packed: bool,
    subfolder: str,
) -> None:
    write(tmp_path / "data" / subfolder / "", form, splits, packed)
    assert datasets.available("cifar10", tmp_path / "data")
    data = datasets.load("cifar10", tmp_path / "data")
    assert [len(split) for split in (data.train, data.validation, data.test)] == [20, 5, 20]
    assert data.train.images.shape[1:] == (32, 32, 3)
    assert pairs(data.train, data.validation) == pairs(splits["train"])
    assert pairs(data.test) == pairs(splits["test"])
    assert data.title == ("cifar10 (JPEG copy)" if form == "jpeg" else "cifar10")


@pytest.mark.usefixtures("trusting")
def test_the_four_classes_of_the_article(
    tmp_path: Path, splits: dict[str, datasets.Split], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGECNN_DATA_DIR", str(write(tmp_path / "data", "binary", splits, True)))
    data = datasets.load("four")
    assert data.classes == ("dog", "cat", "boat", "bird")
    assert len(data.test) == 8
    boats = pairs(data.test[np.flatnonzero(data.test.labels == 2)])
    ships = pairs(splits["test"][np.flatnonzero(splits["test"].labels == cifar10.CLASSES.index("ship"))])
    assert {image for image, _ in boats} == {image for image, _ in ships}


def test_a_damaged_archive_is_refused(tmp_path: Path, splits: dict[str, datasets.Split]) -> None:
    folder = write(tmp_path / "data", "binary", splits, True)
    with pytest.raises(EdgecnnError, match=r"binary.tar.gz is not CIFAR-10 .*MD5 is wrong.*get it again"):
        datasets.load("cifar10", folder)


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_file_is_refused(tmp_path: Path, splits: dict[str, datasets.Split], form: str) -> None:
    folder = write(tmp_path / "data", form, splits, False)
    path = next(path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".html")
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(EdgecnnError, match="is not CIFAR-10"):
        datasets.load("cifar10", folder)


def test_no_code_is_run_from_a_pickle(tmp_path: Path, splits: dict[str, datasets.Split]) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "touched",)  # type: ignore[return-value]

    folder = write(tmp_path / "data", "python", splits, False)
    (folder / "cifar-10-batches-py" / "data_batch_3").write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(EdgecnnError, match="it asks for"):
        datasets.load("cifar10", folder)
    assert not (tmp_path / "touched").exists()


def test_download_fills_the_cache_with_what_is_intact(
    tmp_path: Path, splits: dict[str, datasets.Split], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = write(tmp_path / "good", "binary", splits, True)
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / cifar10.FORMS[0].archive).write_bytes(b"<html>")
    form = cifar10.FORMS[0]
    digest = hashlib.md5((good / form.archive).read_bytes()).hexdigest()
    monkeypatch.setattr(cifar10, "FORMS", (cifar10.Form(form.archive, digest, form.folders, form.read),))
    monkeypatch.setattr(cifar10, "MIRRORS", (bad.as_uri() + "/", good.as_uri() + "/"))
    assert not datasets.available("cifar10")
    assert len(datasets.load("cifar10").train) == 20
    monkeypatch.setattr(cifar10, "MIRRORS", ())
    assert len(datasets.load("cifar10").train) == 20


def test_it_is_nowhere(tmp_path: Path, splits: dict[str, datasets.Split]) -> None:
    with pytest.raises(EdgecnnError, match=r"could not be downloaded .*cifar10-jpeg.tar.xz.*--data-dir or EDGECNN"):
        datasets.load("cifar10")
    with pytest.raises(UsageError, match="does not hold CIFAR-10; put cifar-10-binary.tar.gz, "):
        datasets.load("cifar10", tmp_path)

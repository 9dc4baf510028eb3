"""A folder of pictures as a data set, and as the command line takes it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecnn import datasets
from edgecnn.errors import UsageError
from edgecnn.pictures import images

COLOURS = {"blue": (0, 0, 200), "green": (0, 200, 0), "red": (200, 0, 0)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three classes, told apart by their colour; 20 pictures each, of many sizes and kinds."""
    random = np.random.RandomState(0)
    for name, colour in COLOURS.items():
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for index in range(20):
            height, width = random.randint(20, 90, 2)
            noise = random.normal(0, 20, (height, width, 3))
            picture = Image.fromarray(np.clip(noise + colour, 0, 255).astype(np.uint8))
            picture.save(tmp_path / "pictures" / name / f"{index}.{('png', 'jpg', 'bmp')[index % 3]}")
    (tmp_path / "pictures" / ".DS_Store").write_bytes(b"hidden")
    return tmp_path / "pictures"


def test_classes_and_splits(folder: Path) -> None:
    data = datasets.load(f"folder:{folder}", shape=(24, 28, 3))
    assert data.classes == ("blue", "green", "red")
    assert [len(split) for split in (data.train, data.validation, data.test)] == [45, 6, 9]
    assert np.bincount(data.test.labels).tolist() == [3, 3, 3]
    assert data.train.images.shape == (45, 24, 28, 3)
    for split in (data.train, data.validation, data.test):
        brightest = split.images.mean(axis=(1, 2)).argmax(axis=1)
        assert (2 - brightest == split.labels).all()
    again = datasets.load(f"folder:{folder}", shape=(24, 28, 3))
    assert again.sha256 == data.sha256
    assert (again.train.images == data.train.images).all()
    assert datasets.load(f"folder:{folder}", shape=(16, 16, 1)).train.images.shape == (45, 16, 16, 1)


def test_a_picture_is_cropped_to_its_middle(tmp_path: Path) -> None:
    picture = np.zeros((40, 100, 3), np.uint8)
    picture[:, 30:70] = 255
    Image.fromarray(picture).save(tmp_path / "wide.png")
    fitted = images.fitted(tmp_path / "wide.png", (20, 20, 3))
    assert fitted.shape == (20, 20, 3)
    assert fitted.min() > 230  # the filter reaches across the edge
    assert np.array_equal(images.prepared(tmp_path / "wide.png", (20, 20, 3)), fitted)
    with pytest.raises(UsageError, match="cannot have the shape"):
        images.fitted(tmp_path / "wide.png", (20, 20, 4))


def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    picture = Image.fromarray(np.repeat(np.array([[0], [255]], np.uint8), 32, axis=1).repeat(16, axis=0))
    exif = picture.getexif()
    exif[0x0112] = 3  # upside down
    picture.save(tmp_path / "turned.png", exif=exif)
    fitted = images.fitted(tmp_path / "turned.png", (32, 32, 1))
    assert fitted[:14].min() > 250
    assert fitted[18:].max() < 5


def test_what_is_no_such_folder(folder: Path, tmp_path: Path) -> None:
    cases = {
        "missing": "there is no folder .*missing",
        "pictures/red": "red has 0 subfolders; make one for each class",
    }
    for path, says in cases.items():
        with pytest.raises(UsageError, match=says):
            datasets.load(f"folder:{tmp_path / path}")
    (folder / "empty").mkdir()
    with pytest.raises(UsageError, match=r"empty holds 0 pictures; put at least 3 there"):
        datasets.load(f"folder:{folder}")


def test_train_quantize_convert_and_verify_from_a_folder(folder: Path, tmp_path: Path) -> None:
    def edgecnn(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "edgecnn", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    dataset = f"folder:{folder}"
    keras, log = tmp_path / "m.keras", tmp_path / "m.log"
    train = ("train", "lenet5", "-o", keras, "--dataset", dataset, "--size", 24, "--epochs", 20, "--log", log)
    done = edgecnn(*train, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["n"] == 9
    lines = log.read_text().splitlines()
    assert len(lines) == 22
    assert "edgecnn train lenet5 -o" in lines[0]
    assert "epoch 20/20: loss" in lines[20]
    done = edgecnn("convert", keras, "-o", tmp_path / "c", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["inputs"][0]["shape"] == [1, 24, 24, 3]
    done = edgecnn("verify", tmp_path / "c", "--dataset", dataset, "--random", "5", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["n"], report["unequal_bytes"]) == (9, 0)
    assert report["accuracy"] > 0.6
    done = edgecnn("run", tmp_path / "c", "--image", folder / "red" / "0.png", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["top"][0]["class"] == 2

    broken = folder / "green" / "4.jpg"
    broken.write_bytes(broken.read_bytes()[:300])
    done = edgecnn("train", "lenet5", "-o", tmp_path / "n.keras", "--dataset", dataset)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"{broken} is not a picture that can be read" in done.stderr
    done = edgecnn("train", "lenet5", "-o", tmp_path / "n.keras", "--dataset", "imagenet")
    assert done.returncode == 2
    assert "choose one of: digits, mnist, cifar10, four, folder:PATH" in done.stderr

"""`edgecnn run --camera` with stand-ins for the two packages: a photographed digit is recognised, failures are told."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from edgecnn import datasets
from edgecnn.cli.run import command
from edgecnn.errors import EdgecnnError, UsageError
from edgecnn.pictures import camera


def photograph() -> NDArray[Any]:
    """A zero in dark ink on gray paper, somewhere in a frame of 480x640."""
    test = datasets.load("digits").test
    digit = test.images[int(np.flatnonzero(test.labels == 0)[0]), ..., 0]
    paper = np.full((480, 640), 190, np.uint8)
    paper[100:260, 300:460] -= (np.kron(digit, np.ones((5, 5), np.uint8)) // 2).astype(np.uint8)
    return paper


class VideoCapture:
    """OpenCV's, with the frames that `frames` gives; None: no frame."""

    opened = True
    frames: Callable[[int], NDArray[Any] | None]
    released = 0

    def __init__(self, index: int):
        assert index == 0
        self.count = 0

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def read(self) -> tuple[bool, NDArray[Any] | None]:
        picture = type(self).frames(self.count)
        self.count += 1
        return picture is not None, picture

    def release(self) -> None:
        type(self).released += 1


@pytest.fixture
def opencv(monkeypatch: pytest.MonkeyPatch) -> type[VideoCapture]:
    """Only OpenCV is installed."""

    class Fresh(VideoCapture):
        frames = staticmethod(lambda index: np.dstack([photograph()] * 3))

    module: Any = ModuleType("cv2")
    module.VideoCapture, module.COLOR_BGR2GRAY = Fresh, 6
    module.cvtColor = lambda picture, code: picture.mean(axis=2).astype(np.uint8)
    monkeypatch.setitem(sys.modules, "cv2", module)
    monkeypatch.setitem(sys.modules, "picamera2", None)
    monkeypatch.setattr(camera, "_SETTLES", 0.05)
    return Fresh


class Picamera2:
    """libcamera's: in a YUV420 array, half as many rows of colour lie below those of brightness."""

    log: list[str]

    def __enter__(self) -> "Picamera2":
        self.log.append("open")
        return self

    def __exit__(self, *exception: object) -> None:
        self.log.append("close")

    def create_still_configuration(self, main: dict[str, Any]) -> dict[str, Any]:
        return main

    def configure(self, main: dict[str, Any]) -> None:
        assert main == {"size": (640, 480), "format": "YUV420"}

    def start(self) -> None:
        self.log.append("start")

    def capture_array(self, name: str) -> NDArray[Any]:
        assert name == "main"
        return np.vstack([photograph(), np.full((240, 640), 255, np.uint8)])


@pytest.fixture
def picamera2(opencv: type[VideoCapture], monkeypatch: pytest.MonkeyPatch) -> type[Picamera2]:
    """Both are installed; then this one is meant."""

    class Fresh(Picamera2):
        log: list[str] = []  # noqa: RUF012

    module: Any = ModuleType("picamera2")
    module.Picamera2 = Fresh
    monkeypatch.setitem(sys.modules, "picamera2", module)
    opencv.opened = False
    return Fresh


def recognised(*arguments: object) -> int:
    done = CliRunner().invoke(command, [*map(str, arguments), "--json"], catch_exceptions=False, standalone_mode=False)
    top: int = json.loads(done.stdout)["top"][0]["class"]
    return top


@pytest.mark.parametrize("arguments", [("--camera",), ("--image", "camera"), ("--camera", "--with", "tflite")])
def test_a_frame_through_opencv(arguments: tuple[str, ...], opencv: type[VideoCapture], lenet5: Path) -> None:
    assert recognised(lenet5, *arguments) == 0
    assert opencv.released == 1


def test_a_frame_through_picamera2(picamera2: type[Picamera2], lenet5: Path) -> None:
    assert recognised(lenet5, "--camera") == 0
    assert picamera2.log == ["open", "start", "close"]
    assert np.array_equal(camera.frame(), photograph())


def test_cameras_that_give_nothing(opencv: type[VideoCapture]) -> None:
    opencv.frames = staticmethod(lambda index: None if index else np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(EdgecnnError, match=r"no picture through cv2 \(there is none, or it stopped\); check its cable"):
        camera.frame()
    opencv.opened = False
    with pytest.raises(EdgecnnError, match="no picture through cv2"):
        camera.frame()
    assert opencv.released == 2


def test_a_camera_that_libcamera_does_not_find(picamera2: type[Picamera2], monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: Picamera2) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(picamera2, "__enter__", none)
    with pytest.raises(EdgecnnError, match=r"no picture through picamera2 \(list index out of range\)"):
        camera.frame()


def test_without_a_package(opencv: type[VideoCapture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(UsageError, match=r"pip install 'edgecnn\[camera\]'.*apt install python3-picamera2"):
        camera.frame()


def test_questions_that_make_no_sense(lenet5: Path) -> None:
    for arguments in ((), ("--camera", "--image", "x.png")):
        with pytest.raises(UsageError, match="--image FILE or --camera"):
            recognised(lenet5, *arguments)
    with pytest.raises(UsageError, match="leave out --with"):
        recognised(lenet5, "--camera", "--with", "c", "--board", "host")

"""One frame of a camera as gray levels: a Raspberry Pi's own through picamera2, any other through OpenCV."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgecnnError, UsageError

_WIDTH, _HEIGHT = 640, 480
_SETTLES = 1.0  # seconds until exposure and white balance follow the light


def frame() -> NDArray[np.uint8]:
    """Gray levels (H, W), 0 black to 255 white, from the first kind of camera whose package is installed.

    Raises UsageError without such a package, EdgecnnError when the camera gives no picture.
    """
    os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")  # what is wrong is said once, by us
    for name, capture in _KINDS.items():
        try:
            package = importlib.import_module(name)
        except ImportError:
            continue
        try:
            gray = capture(package)
        except Exception as error:  # of any kind: these packages raise what their drivers do
            raise EdgecnnError(
                f"the camera gives no picture through {name} ({error or type(error).__name__}); check its cable, and "
                "that no other program uses it."
            ) from error
        return np.ascontiguousarray(gray, np.uint8)
    raise UsageError(
        "no package for cameras is installed; `pip install 'edgecnn[camera]'`, or on a Raspberry Pi: "
        "apt install python3-picamera2, in an environment made with --system-site-packages."
    )


def _picamera2(package: Any) -> NDArray[np.uint8]:
    with package.Picamera2() as camera:
        camera.configure(camera.create_still_configuration(main={"size": (_WIDTH, _HEIGHT), "format": "YUV420"}))
        camera.start()
        time.sleep(_SETTLES)
        planes: NDArray[np.uint8] = camera.capture_array("main")
    return planes[:_HEIGHT, :_WIDTH]  # Y; what lies below is colour


def _opencv(package: Any) -> NDArray[np.uint8]:
    camera = package.VideoCapture(0)
    try:
        end, picture = time.monotonic() + _SETTLES, None
        while picture is None or time.monotonic() < end:
            there, picture = camera.read() if camera.isOpened() else (False, None)
            if not there:
                raise OSError("there is none, or it stopped")
        gray: NDArray[np.uint8] = package.cvtColor(picture, package.COLOR_BGR2GRAY)
        return gray
    finally:
        camera.release()


_KINDS: dict[str, Callable[[Any], NDArray[np.uint8]]] = {"picamera2": _picamera2, "cv2": _opencv}

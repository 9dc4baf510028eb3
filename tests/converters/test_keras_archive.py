"""A .keras file that is no plain model: what it unpacks to is bounded, and what it asks for is said."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecnn import training
from edgecnn.converters import keras_archive
from edgecnn.converters.keras_to_tflite import load_keras, load_tensorflow
from edgecnn.errors import InvalidModelError

load_tensorflow()
import keras  # noqa: E402  quietly

layers = keras.layers


def dense() -> Any:
    return keras.Sequential([keras.Input((4,)), layers.Dense(2, name="last")])


def rewritten(path: Path, model: Any, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The model's file, with its members changed."""
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def edited(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    """A change of the last layer's description."""

    def rewrite(members: dict[str, bytes]) -> None:
        config = json.loads(members["config.json"])
        change(config["config"]["layers"][-1])
        members["config.json"] = json.dumps(config).encode()

    return rewrite


@pytest.mark.parametrize("member", ["config.json", "metadata.json", "edgecnn.json"])
def test_a_text_that_unpacks_to_too_much(member: str, tmp_path: Path) -> None:
    def bomb(members: dict[str, bytes]) -> None:
        members[member] = b"[" * (17 << 20)

    path = rewritten(tmp_path / "m.keras", dense(), bomb)
    assert path.stat().st_size < 100_000
    with pytest.raises(InvalidModelError, match=rf"{member} unpacks to 17,825,792 bytes, more than 16,777,216\.$"):
        load_keras(path)
    assert training.provenance(path) == {}


def test_weights_that_unpack_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_archive, "_MOST", 1 << 20)
    path = rewritten(tmp_path / "m.keras", dense(), lambda members: members.update(more=bytes(2 << 20)))
    with pytest.raises(InvalidModelError, match=r"everything in it unpacks to 2,\d+,\d+ bytes, more than 1,048,576\.$"):
        load_keras(path)


def lookup(config: dict[str, Any]) -> None:
    config["config"]["vocabulary"] = "/etc/hostname"


def saved_model(config: dict[str, Any]) -> None:
    config |= {"module": "keras.layers", "class_name": "TFSMLayer", "registered_name": "TFSMLayer"}
    config["config"] = {"name": "it", "filepath": "/nowhere", "call_endpoint": "serve"}


def unknown(config: dict[str, Any]) -> None:
    config |= {"module": "their.layers", "class_name": "Swirl\n", "registered_name": "their>Swirl"}


def words() -> Any:
    text = keras.Input((1,), dtype="string")
    return keras.Model(text, layers.StringLookup(vocabulary=["a", "b"])(text))


def lambda_layer() -> Any:
    return keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x * 2)])


@pytest.mark.parametrize(
    ("make", "change", "says"),
    [
        (lambda_layer, lambda layer: None, r"carries Python code to execute \(a Lambda layer\)"),
        (words, lookup, "reads its vocabulary from another file, as StringLookup and IntegerLookup can"),
        (dense, saved_model, r"runs a SavedModel of another folder \(TFSMLayer\)"),
        (dense, unknown, r"needs 'Swirl\\n', whose code is not in it"),
        (dense, lambda layer: layer.clear(), "is damaged; save it again"),
    ],
)
def test_what_a_file_asks_for_is_said(
    make: Callable[[], Any], change: Callable[[dict[str, Any]], None], says: str, tmp_path: Path
) -> None:
    path = rewritten(tmp_path / "m.keras", make(), edited(change))
    with pytest.raises(InvalidModelError, match=says) as caught:
        load_keras(path)
    assert ("Lambda" in str(caught.value)) == (make is lambda_layer)


@pytest.mark.parametrize("content", [b"{", b"[]", b"3", b"[" * 100_000, b'{"dataset": 5, "network": ["a"]}', b"\xff"])
def test_a_damaged_record_of_the_training_is_none(content: bytes, tmp_path: Path) -> None:
    path = rewritten(tmp_path / "m.keras", dense(), lambda members: members.update({"edgecnn.json": content}))
    assert training.provenance(path) == {}
    assert np.isfinite(load_keras(path).get_weights()[0]).all()

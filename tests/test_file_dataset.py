"""An .npz file as a data set: what is in it, how its rows are split, and a sentence for whatever is wrong."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecnn import datasets, zoo
from edgecnn.converters.keras_to_tflite import load_tensorflow
from edgecnn.converters.labels import LABELS, classes_in, with_classes
from edgecnn.converters.tflite_to_graph import graph_of, read_tflite
from edgecnn.errors import UsageError
from edgecnn.oracles import Oracle
from edgecnn.support import npy
from tests.support.command_line import refused, run

X = np.arange(60, dtype=np.float32).reshape(20, 3)
Y = np.arange(20) % 3


def load(path: Path, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] | None = None) -> datasets.Dataset:
    return datasets.load(f"file:{path}", inputs=inputs, outputs=outputs)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(**arrays: Any) -> Path:
        np.savez_compressed(tmp_path / "d.npz", **arrays)
        return tmp_path / "d.npz"

    return save


def test_rows_are_drawn_once_and_always_the_same(saved: Callable[..., Path]) -> None:
    first, again = load(saved(x=X, y=Y)), load(saved(x=X, y=Y))
    parts = [first.train, first.validation, first.test]
    assert [len(part) for part in parts] == [15, 2, 3]
    assert sorted(row for part in parts for row in part.images[:, 0].tolist()) == X[:, 0].tolist()
    for part, same in zip(parts, (again.train, again.validation, again.test), strict=True):
        assert np.array_equal(part.images, same.images)
        assert np.array_equal(part.images[:, 0] // 3 % 3, part.labels)
    assert first.sha256 == again.sha256
    assert first.test.images.dtype == np.float32


def test_the_file_says_what_belongs_where(saved: Callable[..., Path]) -> None:
    words = np.array((["test", "train", "val", "train"]) * 5)
    data = load(saved(x=X, y=Y, split=words, classes=["a", "b", "c"]))
    assert np.array_equal(data.test.images, X[::4])
    assert np.array_equal(data.train.images, X[1::2])
    assert (data.classes, data.class_count) == (("a", "b", "c"), 3)
    only = load(saved(x=X, split=["test"] * 20))
    assert only.test.targets == {}
    with pytest.raises(UsageError, match="has no rows for train; look at its array `split`"):
        only.rows("train")


def test_arrays_by_the_names_of_the_network(saved: Callable[..., Path]) -> None:
    path = saved(a=X, b=np.zeros((20, 4, 4), np.uint8), out=X, y=Y)
    data = load(path, ("b", "a"), ("out", "y"))
    assert {name: array.shape[1:] for name, array in data.train.inputs.items()} == {"b": (4, 4), "a": (3,)}
    assert {name: array.dtype for name, array in data.train.targets.items()} == {"out": np.float32, "y": np.int64}
    with pytest.raises(UsageError, match=r"has 2 inputs \(b, a\), and this takes data with one"):
        _ = data.train.images


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no input": ({"y": Y}, "lacks the input x; it has y"),
    "an unknown name": ({"x": X, "z": X}, "has an array z, which is neither an input nor an output"),
    "rows of another number": ({"x": X, "y": Y[:3]}, r"different numbers of rows, or none \(x 20, y 3\)"),
    "no rows": ({"x": X[:0], "y": Y[:0]}, r"different numbers of rows, or none"),
    "a number": ({"x": np.float32(3)}, "different numbers of rows, or none"),
    "too few rows": ({"x": X[:2]}, "has 2 rows; give 3 at least"),
    "integers": ({"x": X.astype(np.int32)}, "has the input x as int32; give pixels as uint8"),
    "texts": ({"x": np.array(["a"] * 20)}, "has the input x as <U1"),
    "complex answers": ({"x": X, "y": Y * 1j}, "has y as complex128; give classes as integers"),
    "not a number": ({"x": np.where(X == 7, np.nan, X)}, "row 2 of x in .* holds a value that is no finite float32"),
    "too large a number": ({"x": np.where(X == 7, 1e300, X.astype(float))}, "row 2 of x"),
    "an infinite answer": ({"x": X, "y": np.full(20, np.inf)}, "row 0 of y"),
    "a class below 0": ({"x": X, "y": Y - 1}, "classes -1 to 1 in y; number them from 0"),
    "a huge class": ({"x": X, "y": Y + 2**60}, "no more than 100,000"),
    "a class without a name": ({"x": X, "y": Y, "classes": ["a", "b"]}, "names for 2 classes, but the class 2"),
    "names that are numbers": ({"x": X, "y": Y, "classes": [1, 2, 3]}, "classes as int64"),
    "another split": ({"x": X, "split": ["test"] * 19 + ["tset"]}, "no list of 20 words 'train', 'val' or 'test'"),
    "a split of other rows": ({"x": X, "split": ["test"] * 3}, "no list of 20 words"),
    "a split of numbers": ({"x": X, "split": np.zeros(20)}, "no list of 20 words"),
    "objects": ({"x": np.array([None] * 20, dtype=object)}, r"\(x.npy\) holds object, no numbers"),
    "records": ({"x": np.zeros(20, [("a", "f4")])}, "no numbers"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said(what: str, saved: Callable[..., Path]) -> None:
    arrays, says = WRONG[what]
    with pytest.raises(UsageError, match=says) as caught:
        load(saved(**arrays), outputs=("y",))
    assert "\n" not in str(caught.value)


def header(shape: str) -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


DAMAGED = {
    "nothing": (b"", "is not a whole .npz file"),
    "no archive": (bytes(999), "is not a whole .npz file"),
    "cut off": (zipped(("x.npy", header("(2,)") + bytes(8)))[:-30], "is not a whole .npz file"),
    "a shape that is not there": (zipped(("x.npy", header("(99999999999, 9)"))), "is damaged: an array of shape"),
    "no array": (zipped(("x.npy", b"text")), "is not a .npy file"),
    "no name": (zipped((".npy", header("(0,)"))), "holds '.npy', no named array"),
    "another file": (zipped(("x.txt", b"text")), "holds 'x.txt', no named array"),
    "a name with a line break": (zipped(("a\nb.npy", header("(0,)"))), "no named array"),
    "1,001 arrays": (zipped(*((f"{i}.npy", b"") for i in range(1001))), "has 1,001 arrays"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file(what: str, tmp_path: Path) -> None:
    content, says = DAMAGED[what]
    (tmp_path / "d.npz").write_bytes(content)
    with pytest.raises(UsageError, match=says) as caught:
        load(tmp_path / "d.npz")
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_unpacks_to_more_than_a_computer_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npy, "MOST_BYTES", 1000)
    np.savez_compressed(tmp_path / "d.npz", x=np.zeros((1000, 100), np.float32))
    with pytest.raises(UsageError, match="unpacks to 400,128 bytes, and no more than 1,000 are taken"):
        load(tmp_path / "d.npz")
    with pytest.raises(UsageError, match=r"cannot read .*none.npz: No such file"):
        load(tmp_path / "none.npz")


def test_any_bit_of_it_may_be_wrong(saved: Callable[..., Path]) -> None:
    """It is read, or a sentence says why not; nothing else happens."""
    good = bytearray(saved(x=X, y=Y, split=["test"] * 20).read_bytes())
    rng = np.random.default_rng(0)
    path = saved()
    for at in rng.integers(0, len(good), 400):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << rng.integers(8)]) + good[at + 1 :])
        try:
            load(path)
        except UsageError as error:
            assert str(path) in str(error)


# Names of classes in a .tflite file


def test_interpreters_do_not_see_the_names(tflite_runtime: Oracle, tflite_micro: Oracle) -> None:
    plain = zoo.trained("lenet5_mnist").read_bytes()
    names = tuple(f"digit {number}" for number in range(10))
    named = with_classes(plain, names)
    assert named == with_classes(plain, names)
    assert (named.startswith(plain), zipfile.ZipFile(io.BytesIO(named)).namelist()) == (True, [LABELS])
    graph = graph_of(named)
    assert graph.classes == names == graph.classes_of(graph.outputs[0])
    x = np.random.default_rng(0).integers(-128, 128, (2, 32, 32, 1)).astype(np.int8)
    for oracle in (tflite_runtime, tflite_micro):
        for tensor, codes in oracle.evaluate(plain, x).items():
            assert np.array_equal(oracle.evaluate(named, x)[tensor], codes)
    assert with_classes(plain, tuple("0123456789")) == plain  # which says no more than the numbers


def test_other_texts_are_not_the_names() -> None:
    plain = zoo.trained("lenet5_mnist").read_bytes()
    named = with_classes(plain, ("a", "b"))
    assert classes_in(named, {2}) == ("a", "b")
    assert classes_in(named, {10}) == classes_in(plain, {10}) == ()
    for cut in range(len(plain), len(named)):
        assert classes_in(named[:cut], {2}) == ()
    evil = with_classes(plain, ("\x1b[2J", "b"))
    assert classes_in(evil, {2}) == (r"\x1b[2J", "b")


def test_train_quantize_convert_and_run_keep_the_names(tmp_path: Path) -> None:
    """Real values of (H, W, C), from one file all the way to the C."""
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    images = rng.normal(0.2, 0.05, (90, 24, 24, 1)).astype(np.float32)
    for row, label in zip(images, labels, strict=True):
        row[8 * label : 8 * label + 8] += 0.7
    path = tmp_path / "d.npz"
    np.savez(path, x=images, y=labels, classes=["top", "middle", "bottom"])
    data = ("--dataset", f"file:{path}")
    keras, tflite = tmp_path / "m.keras", tmp_path / "m.tflite"
    trained = run("train", "lenet5", "-o", keras, *data, "--epochs", 15, "--json")
    assert trained.returncode == 0, trained.stderr
    assert (report := json.loads(trained.stdout))["classes"] == ["top", "middle", "bottom"]
    assert (report["n"], report["accuracy"] > 0.9) == (13, True)
    for command in (("quantize", keras, "-o", tflite), ("convert", tflite, "-o", tmp_path / "c")):
        assert (done := run(*command)).returncode == 0, done.stderr
    assert read_tflite(tflite).classes == ("top", "middle", "bottom")
    verified = json.loads(run("verify", tflite, "--random", 5, "--json").stdout)  # on what it was trained on
    assert (verified["n"], verified["unequal_bytes"]) == (13, 0)
    assert verified["float"]["accuracy"] == pytest.approx(report["accuracy"])
    np.save(tmp_path / "x.npy", images[1])
    assert run("run", tmp_path / "c", "--array", tmp_path / "x.npy").stdout.startswith("middle  ")
    np.savez(path, x=images, y=images[:, 0, 0])
    refused(2, "has values for answers", by=run("train", "lenet5", "-o", keras, *data))
    np.savez(path, x=images[:, 0], y=labels)
    refused(2, "inputs of shape (24, 1)", by=run("train", "lenet5", "-o", keras, *data))


def test_a_network_of_any_shape_is_quantized_from_a_file(tmp_path: Path) -> None:
    keras = load_tensorflow().keras
    model = keras.Sequential([keras.Input((5, 4), name="signal"), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.save(tmp_path / "m.keras")
    x = np.random.default_rng(0).normal(0, 1, (100, 5, 4)).astype(np.float32)
    y = model.predict(x, verbose=0)
    for name in ("x", "signal"):
        np.savez(tmp_path / "d.npz", **{name: x, "y": y})
        data = ("--dataset", f"file:{tmp_path / 'd.npz'}")
        done = run("quantize", tmp_path / "m.keras", "-o", tmp_path / "m.tflite", *data)
        assert done.returncode == 0, done.stderr
    np.savez(tmp_path / "d.npz", x=x, y=y)
    done = run("verify", tmp_path / "m.tflite", *data, "--metric", "rmse", "--random", 5, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["float"] == {"rmse": pytest.approx(0, abs=1e-6), "n": 15}
    assert 0 < report["int8"]["rmse"] < 0.1

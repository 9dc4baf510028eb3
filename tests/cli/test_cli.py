"""The command line as a user meets it: a process, its stdout, its stderr, its exit code."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edgecnn import zoo
from tests.support.command_line import refused, run
from tests.support.lenet import lenet
from tests.support.tflite_builder import Builder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed LeNet as C, by the command line."""
    target = tmp_path_factory.mktemp("converted") / "lenet5"
    done = run("convert", "lenet5_mnist", "-o", target, "--json")
    assert done.returncode == 0, done.stderr
    manifest = json.loads(done.stdout)
    assert manifest["arena"]["bytes"] <= 5900
    assert manifest["parameters"] == 63_802
    return target


@pytest.fixture
def without_tensorflow(tmp_path: Path) -> str:
    """A folder for PYTHONPATH in which tensorflow and scikit-learn are broken, as if they were not installed."""
    for name in ("tensorflow", "keras", "sklearn"):
        package = tmp_path / "hidden" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')\n")
    return str(tmp_path / "hidden")


def test_help_names_every_verb() -> None:
    done = run("--help")
    assert done.returncode == 0
    for verb in ("demo", "train", "quantize", "convert", "verify"):
        assert verb in done.stdout
        assert run(verb, "--help").returncode == 0


def test_works_without_tensorflow(without_tensorflow: str, tmp_path: Path) -> None:
    assert run("--help", PYTHONPATH=without_tensorflow).returncode == 0
    converted = run("convert", "lenet5_mnist", "-o", tmp_path / "c", PYTHONPATH=without_tensorflow)
    assert converted.returncode == 0, converted.stderr
    verified = run("verify", tmp_path / "c", "--dataset", "none", "--random", "8", PYTHONPATH=without_tensorflow)
    assert verified.returncode == 0, verified.stderr
    training = run("train", "lenet5", "-o", tmp_path / "m.keras", PYTHONPATH=without_tensorflow)
    refused(2, "pip install 'edgecnn[train]'", by=training)


def test_verify_as_json(folder: Path) -> None:
    done = run("verify", folder, "--limit", "50", "--random", "20", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["n"] == 50
    assert report["unequal_bytes"] == 0
    assert report["accuracy"] > 0.5  # trained on MNIST, asked about other people's digits
    parties = {party["name"]: party for party in report["parties"]}
    for name, bytes_per_image in (("C (as converted)", 1800), ("tflite_runtime", 8000), ("tflite_micro", 8000)):
        assert parties[name]["bytes_compared"] > 70 * bytes_per_image, name
        assert parties[name]["unequal_bytes"] == 0


def test_verify_as_text_and_page(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = run("verify", folder, "--limit", "20", "--random", "5", "--html", page)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(
        "Equal in every byte of every layer: NumPy, C (as converted), tflite_runtime and tflite_micro.\n"
    )
    assert "Equal in every byte" in page.read_text()


def test_verify_names_the_first_layer_that_differs(folder: Path, tmp_path: Path) -> None:
    """One multiplier of the second convolution, changed as a bad flash or a careless edit would."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    source = copy / "lenet5_mnist.c"
    text = source.read_text()
    first = text.index("layer1_conv_multipliers[16] = {\n    ") + len("layer1_conv_multipliers[16] = {\n    ")
    assert text[first].isdigit()
    source.write_text(text[:first] + "1073741824 + 0 * " + text[first:])
    done = run("verify", copy, "--trust-folder", "--limit", "10", "--random", "5", "--json")
    assert done.returncode == 30
    assert "pool2" in done.stderr
    assert "C (as converted)" in done.stderr
    report = json.loads(done.stdout)
    assert report["unequal_bytes"] > 0
    first = report["parties"][0]["first_difference"]
    assert (first["number"], first["op"]) == ("1.1", "max_pool2d 2x2/2")
    assert "&layer1, arena" in text.splitlines()[first["line"] - 1]
    assert f"line {first['line']} of lenet5_mnist.c" in done.stderr


def test_accuracy_gate(folder: Path) -> None:
    done = run("verify", folder, "--limit", "200", "--random", "5", "--min-accuracy", "1.0", "--without-oracles")
    assert done.returncode == 31, done.stderr
    assert "below 100.00%" in done.stderr
    gated = run("verify", folder, "--dataset", "none", "--random", "5", "--min-accuracy", "0.1", "--without-oracles")
    refused(2, "--dataset", by=gated)


@pytest.mark.parametrize("cut", [0, 3, 100, 5000, 70_000])
def test_a_truncated_file(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.tflite"
    path.write_bytes(zoo.trained("lenet5_mnist").read_bytes()[:cut])
    refused(22, "cut.tflite", by=run("convert", path, "-o", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_bad_input_has_its_code(tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(22, "missing.tflite", "check the path", by=run("convert", tmp_path / "missing.tflite", "-o", out))
    refused(2, "nosuch", "lenet5_mnist", by=run("convert", "nosuch", "-o", out))
    builder = Builder()
    x = builder.input((1, 4), 0.1, 0)
    y = builder.tensor((1, 4), 0.1, 0)
    builder.operator("EXP", [x], y)
    strange = tmp_path / "strange.tflite"
    strange.write_bytes(builder.finish(y))
    refused(21, "EXP", "not supported", by=run("convert", strange, "-o", out))
    refused(22, "manifest.json", by=run("verify", tmp_path, "--dataset", "none"))
    refused(2, "C functions", by=run("convert", "lenet5_mnist", "-o", out, "--name", "1x"))
    assert run("convert", "lenet5_mnist").returncode == 2
    assert run("nonsense").returncode == 2
    assert not out.exists()


def test_unwritable_output(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    refused(1, "cannot write", by=run("convert", "lenet5_mnist", "-o", tmp_path / "file" / "out"))
    refused(1, "not made by edgecnn", by=run("convert", "lenet5_mnist", "-o", tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "mine"


def test_images_of_the_wrong_size(tmp_path: Path) -> None:
    builder = Builder()
    x = builder.input((1, 8, 8, 1), 1 / 255, -128)
    path = tmp_path / "small.tflite"
    path.write_bytes(builder.finish(builder.max_pool_2d(x, (2, 2), (2, 2))))
    refused(2, "32x32x1", "8x8x1", by=run("verify", path, "--dataset", "digits"))
    done = run("verify", path, "--random", "20", "--without-oracles")  # it is not said what would suit
    assert (done.returncode, done.stderr) == (0, "Note: no --dataset is named: compared on random bytes alone.\n")


def test_any_verb_takes_any_path(tmp_path: Path) -> None:
    """Names with spaces and marks become identifiers; the folder may lie anywhere."""
    path = tmp_path / "9 my-net é.tflite"
    path.write_bytes(lenet())
    done = run("convert", path, "-o", tmp_path / "a b" / "c", "--json")
    assert done.returncode == 0, done.stderr
    name = json.loads(done.stdout)["name"]
    assert name.isidentifier()
    assert name.isascii()
    assert run("verify", tmp_path / "a b" / "c", "--dataset", "none", "--random", "5").returncode == 0


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "edgecnn", "--debug", "convert", str(tmp_path / "no"), "-o", str(tmp_path / "out")]
    assert "Traceback" in subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_demo(tmp_path: Path) -> None:
    """The whole job, shortened to two epochs."""
    out = tmp_path / "demo"
    done = run("demo", "-o", out, "--epochs", "2", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["unequal_bytes"] == 0
    assert report["n"] == 400
    assert sorted(path.name for path in out.iterdir()) == ["lenet5", "lenet5.keras", "lenet5.tflite", "report.html"]

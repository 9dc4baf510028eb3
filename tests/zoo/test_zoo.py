"""The networks of the zoo, untrained: their shapes and sizes, and that each trains, resumes and quantizes."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import zoo as table
from edgecnn import training, verify, zoo
from edgecnn.converters.tflite_file import parse
from edgecnn.verification import CONVERTED
from edgecnn.zoo.harley import SEEN
from tests.support.training_data import EXACT_ORACLES, small

# name -> parameters for 32x32x3 and 10 classes, and the ops beyond convolutions, max pools and dense layers
NETWORKS = {
    "lenet5": (64_102, {"SOFTMAX"}),
    "harley": (64_102, {"TANH"}),
    "four_class": (185_418, {"SOFTMAX"}),
    "alexnet": (189_042, {"SOFTMAX"}),
    "zfnet": (220_274, {"SOFTMAX"}),
    "vgg": (205_242, {"SOFTMAX"}),
    "googlenet": (59_706, {"SOFTMAX", "CONCATENATION", "MEAN"}),
    "resnet": (78_714, {"SOFTMAX", "ADD", "MEAN"}),
    "resnet20": (274_042, {"SOFTMAX", "ADD", "MEAN"}),
    "densenet": (67_162, {"SOFTMAX", "CONCATENATION", "AVERAGE_POOL_2D", "MEAN"}),
    "mobilenet": (75_754, {"SOFTMAX", "DEPTHWISE_CONV_2D", "MEAN"}),
}
BASIC = {"CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED", "RESHAPE"}


def test_all_are_described() -> None:
    assert set(NETWORKS) == set(zoo.NAMES)


@pytest.mark.parametrize("name", NETWORKS)
def test_shape_and_classes_follow_the_data(name: str) -> None:
    parameters, _ = NETWORKS[name]
    assert zoo.build(name, (32, 32, 3), 10).count_params() == parameters
    for shape, classes in (((32, 32, 1), 10), ((48, 40, 3), 4)):
        model = zoo.build(name, shape, classes)
        assert model.name == name
        assert model.output_shape == (None, classes)


@pytest.fixture(scope="module", params=NETWORKS)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each network, untrained, as a .tflite file."""
    path: Path = tmp_path_factory.mktemp("int8") / f"{request.param}.tflite"
    path.write_bytes(table.int8(request.param))
    return path


def test_int8_is_small_and_its_normalization_is_folded(file: Path) -> None:
    assert file.stat().st_size < 1_000_000
    kinds = {op.name for op in parse(file.read_bytes(), file.name).graphs[0].operators}
    assert kinds - BASIC == NETWORKS[file.stem][1]


def test_c_numpy_and_both_oracles_agree_in_every_byte_of_every_layer(file: Path) -> None:
    result = verify(file, dataset=None, random=6)
    result.check()
    deciding = {party.name for party in result.parties if party.decides}
    assert deciding >= {CONVERTED, *EXACT_ORACLES}


def test_the_table_is_up_to_date(file: Path) -> None:
    assert table.line(table.described(file.stem, file.read_bytes())) in table.FILE.read_text()


def trained(name: str, epochs: int, **options: Any) -> training.Training:
    recipe = zoo.Recipe(epochs=epochs, batch_size=16, loss=zoo.recipe(name, "cifar10").loss)
    return training.train(name, small((16, 16, 3)), recipe, **options)


@pytest.mark.parametrize("name", ["harley", "resnet", "mobilenet"])
def test_it_learns(name: str) -> None:
    history = trained(name, 6).history
    assert history[-1].loss < 0.7 * history[0].loss


def test_dropout_and_normalization_resume_to_the_same_weights(tmp_path: Path) -> None:
    """Their state is in the checkpoint, too: moving means, and where the random numbers of dropout are."""
    reference = trained("alexnet", 3)
    log: list[str] = []

    def stop_after(count: int) -> Callable[[str], None]:
        def write(line: str) -> None:
            log.append(line)
            if len(log) == count:
                raise KeyboardInterrupt

        return write

    checkpoint = tmp_path / "run.checkpoint"
    with pytest.raises(KeyboardInterrupt):
        trained("alexnet", 3, checkpoint=checkpoint, log=stop_after(2))
    resumed = trained("alexnet", 3, checkpoint=checkpoint, log=log.append)
    assert [line.partition(":")[0] for line in log] == ["epoch 1/3", "epoch 2/3", "epoch 2/3", "epoch 3/3"]
    for ours, theirs in zip(resumed.model.get_weights(), reference.model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_harleys_second_convolution_stays_sparse(tmp_path: Path) -> None:
    import keras

    training.save(trained("harley", 2), tmp_path / "harley.keras")
    model = keras.saving.load_model(tmp_path / "harley.keras", safe_mode=True)  # it holds no code of ours
    kernel = model.get_layer("conv2").get_weights()[0]
    seen = np.abs(kernel).sum(axis=(0, 1)) > 0
    assert ["".join(map(str, np.flatnonzero(column))) for column in seen.T] == list(SEEN)
    assert 25 * seen.sum() + 16 == 1516  # the parameters of LeNet-5's C3


@pytest.mark.parametrize("record", sorted(zoo.TRAINED.glob("*.json")), ids=lambda path: path.stem)
def test_the_record_is_of_the_files_beside_it(record: Path) -> None:
    about, keras = json.loads(record.read_text()), record.with_suffix(".keras")
    assert set(about["sha256"]) == {keras.name, f"{record.stem}.tflite"}
    if not keras.exists():
        assert about["too_large"][keras.name] > 1_000_000
    for file in (zoo.TRAINED / name for name in about["sha256"]):
        if file.exists() or file != keras:
            assert hashlib.sha256(file.read_bytes()).hexdigest() == about["sha256"][file.name]
            assert file.stat().st_size < 1_000_000
    trained_as = training.provenance(keras)
    assert trained_as or not keras.exists()
    assert {key: about[key] for key in trained_as} == trained_as
    assert abs(about["float"]["accuracy"] - about["int8"]["accuracy"]) <= 0.005
    assert about["compared"]["test_images"] == about["int8"]["n"]
    assert set(EXACT_ORACLES) & set(about["compared"]["bytes"])
    assert about["compared"]["unequal_bytes"] == 0
    assert table.line(table.graded(record.stem)) in table.FILE.read_text()


def test_the_data_set_of_a_file() -> None:
    for name in ("lenet5_mnist", "resnet20_mnist", "four_class_four"):  # of the second there is no .keras file
        digest = hashlib.sha256(zoo.trained(name).read_bytes()).hexdigest()
        assert zoo.dataset_of(digest) == name.rpartition("_")[2]
    assert zoo.dataset_of("0" * 64) is None


def test_what_is_trained_is_recorded() -> None:
    assert zoo.trained_names() == sorted(path.stem for path in zoo.TRAINED.glob("*.json"))


def test_recipes() -> None:
    assert zoo.recipe("lenet5", "mnist").epochs == 45
    assert zoo.recipe("harley", "folder:/x").loss == "scaled_tanh_error"
    assert type(zoo.recipe("vgg", "cifar10").augmentation).__name__ == "CropFlip"
    assert type(zoo.recipe("vgg", "mnist").augmentation).__name__ == "Warp"  # a mirrored digit is no digit

"""The manifest: every name, path and number is checked where it is read, and no mutant of one does any harm."""

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgecnn import write_c
from edgecnn.board import load
from edgecnn.building import compiler
from edgecnn.building.build import build
from edgecnn.converted import Converted
from edgecnn.converters.manifest import MANIFEST, Manifest, read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError, InvalidModelError
from edgecnn.host import HostModel
from edgecnn.support import paths
from tests.support.converted_network import X, network

SIZES = HealthCheck.too_slow, HealthCheck.function_scoped_fixture


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("manifest") / "c"
    write_c(graph_of(network()), place, name="net")
    HostModel(place)  # compiled once: mutants of the manifest alone have the same C
    return place


@pytest.fixture(scope="module")
def facts(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / MANIFEST).read_text()))


@pytest.fixture
def write(folder: Path) -> Iterator[Callable[[bytes], int]]:
    """What puts another manifest there, for one test."""
    true = (folder / MANIFEST).read_bytes()
    yield (folder / MANIFEST).write_bytes
    (folder / MANIFEST).write_bytes(true)


def test_what_was_read_is_what_was_written(folder: Path, facts: dict[str, Any]) -> None:
    manifest = read_manifest(folder)
    assert manifest.text() == (folder / MANIFEST).read_bytes()
    assert json.loads(json.dumps(manifest.to_json())) == facts
    assert list(facts) == [field.name for field in dataclasses.fields(Manifest)]


DAMAGE: dict[str, tuple[tuple[str | int, ...], Any, str]] = {
    "name that is a path": (("name",), "../../../../x/y", "name should be a name for C that is not taken, but is '../"),
    "name of a header": (("name",), "stdint", "name should be a name for C that is not taken, but is 'stdint'"),
    "model elsewhere": (("model", "file"), "/etc/passwd", "model: file should be the path of a file in the folder"),
    "another model": (("model", "file"), "other.tflite", "model.file should be net.tflite"),
    "file above": (("files",), {"../x": "0" * 64}, "files should be the path of a file in the folder, but is '../x'"),
    "no files": (("files",), {}, "files lacks net.c"),
    "hash": (("files", "net.c"), "0" * 63, "files.net.c should be a SHA-256 in 64 hex digits, but is '0000"),
    "target": (("target",), "6502", "target should be one of: generic, "),
    "optimize": (("optimize",), "beauty", "optimize should be one of: balanced, speed, size, ram, but is 'beauty'"),
    "version": (("edgecnn",), "1\n2", r"edgecnn should be a version of edgecnn, but is '1\n2'"),
    "shape of a word": (("inputs", 0, "shape"), "wide", "inputs[0]: shape should be tuple, but is 'wide'"),
    "shape of nothing": (
        ("outputs", 0, "shape"),
        [1, 0],
        "outputs[0]: shape[1] should be 1 to 2,147,483,647, but is 0",
    ),
    "huge shape": (("outputs", 0, "shape"), [1, 99999, 99999], "outputs[0]: shape should be at most 2^31 - 1 codes"),
    "scale": (("inputs", 0, "scale"), float("nan"), "inputs[0]: scale should be above 0 and finite, but is nan"),
    "zero point": (("inputs", 0, "zero_point"), 128, "inputs[0].zero_point is no code of int8"),
    "offset": (("layers", 0, "output", "offset"), 10**6, "layers[0] does not lie within the arena"),
    "negative offset": (("layers", 1, "inputs", 0, "offset"), -1, "layers[1]: inputs[0]: offset should be 0 to "),
    "order": (("layers", 1, "number"), 0, "layers[1].number should be 1"),
    "kernel": (("layers", 0, "kernel"), "../x", "layers[0]: kernel should be the name of a kernel, but is '../x'"),
    "title": (("layers", 0, "title"), "\x1b[2J", "layers[0]: title should be text without line breaks or control"),
    "arena": (("arena", "bytes"), True, "arena: bytes should be int, but is True"),
    "small arena": (("arena", "bytes"), 1, "arena.lower_bound is above arena.bytes"),
    "no list": (("layers",), {}, "layers should be tuple, but is {}"),
    "no table": (("flash_estimate",), [], "flash_estimate should be a table, but is []"),
    "more": (("colour",), 1, "manifest.json has an unknown fact, 'colour'"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_fact_is_checked_where_it_is_read(
    damage: str, folder: Path, facts: dict[str, Any], write: Callable[[bytes], int]
) -> None:
    (*way, last), value, sentence = DAMAGE[damage]
    damaged = place = copy.deepcopy(facts)
    for step in way:
        place = place[step]  # type: ignore[index]
    place[last] = value  # type: ignore[index]
    write(json.dumps(damaged).encode())
    for use in (read_manifest, HostModel):
        with pytest.raises(InvalidModelError) as caught:
            use(folder)
        assert f"is damaged: {MANIFEST}" in str(caught.value)
        assert sentence in str(caught.value)
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("fact", [field.name for field in dataclasses.fields(Manifest)])
def test_a_manifest_that_lacks_a_fact(
    fact: str, folder: Path, facts: dict[str, Any], write: Callable[[bytes], int], tmp_path: Path
) -> None:
    write(json.dumps({key: value for key, value in facts.items() if key != fact}).encode())
    sentence = f"lacks '{fact}'" if fact != "format" else "is not a folder made by `edgecnn convert`"
    with pytest.raises(InvalidModelError, match=sentence):
        build(folder, load("host"), tmp_path / "firmware")
    assert not (tmp_path / "firmware").exists()


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 10_000, b"null"])
def test_what_is_no_json_object(text: bytes, folder: Path, write: Callable[[bytes], int]) -> None:
    write(text)
    with pytest.raises(InvalidModelError, match="not a folder made by `edgecnn convert`"):
        read_manifest(folder)


def test_a_manifest_that_is_nested_too_deep(folder: Path, facts: dict[str, Any], write: Callable[[bytes], int]) -> None:
    text = json.dumps({**facts, "layers": "DEEP"}).replace('"DEEP"', "[" * 900 + "]" * 900)
    write(text.encode())
    with pytest.raises(InvalidModelError):
        read_manifest(folder)


# Mutants

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["../x", "/x", "generic", "cortex-m4", "size", "net.h", "int", "0" * 64, "edgecnn-c/3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (table or list, key in it) below `value`."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@st.composite
def mutants(draw: st.DrawFn, facts: dict[str, Any]) -> bytes:
    """The manifest with one to three facts exchanged, removed, or put in another's place; or with other bytes."""
    if draw(st.integers(0, 4)) == 0:
        text = bytearray(json.dumps(facts, indent=2).encode())
        for _ in range(draw(st.integers(1, 3))):
            text[draw(st.integers(0, len(text) - 1))] = draw(st.integers(0, 255))
        return bytes(text)
    mutant = copy.deepcopy(facts)
    for _ in range(draw(st.integers(1, 3))):
        everywhere = places(mutant)
        if not everywhere:
            break
        table, key = draw(st.sampled_from(everywhere))
        other, its_key = draw(st.sampled_from(everywhere))
        change = draw(st.sampled_from(["replace", "near", "remove", "copy"]))
        if change == "near" and type(table[key]) is int:
            table[key] += draw(st.sampled_from([-1, 1, 1000]))
        elif change == "remove":
            del table[key]
        else:
            table[key] = copy.deepcopy(other[its_key]) if change == "copy" else draw(JSON)
    return json.dumps(mutant, indent=2).encode() + b"\n"


@settings(max_examples=100, suppress_health_check=SIZES)
@given(data=st.data())
def test_no_mutant_of_a_manifest_is_compiled_or_does_harm(
    data: st.DataObject, folder: Path, facts: dict[str, Any], write: Callable[[bytes], int]
) -> None:
    """Refused in one sentence; of a user who trusts the folder it is believed as far as C and model bear it out."""
    mutant = data.draw(mutants(facts))
    if mutant == json.dumps(facts, indent=2).encode() + b"\n":
        return
    write(mutant)
    outside = {path for path in paths.cache().parent.rglob("*") if path.is_file()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler.Compiler, "run", lambda *_: pytest.fail("compiled"))
        with pytest.raises(EdgecnnError) as caught:
            HostModel(folder)
    assert len(str(caught.value).splitlines()) == 1
    try:
        model = HostModel(folder, trust=True)
    except EdgecnnError:
        pass
    else:
        assert np.array_equal(model.invoke(X), Converted.of(graph_of(network()), "").graph.evaluate(X))
    assert {path for path in paths.cache().parent.rglob("*") if path.is_file()} <= outside | set(
        (paths.cache() / "host").glob("*/net.so")
    )

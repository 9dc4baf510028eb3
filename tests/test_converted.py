"""A converted folder is opened once, and only what this version makes of its model is compiled."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

from edgecnn import verify, write_c
from edgecnn.building import compiler
from edgecnn.cli import verbs
from edgecnn.converted import Converted
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError, InvalidModelError, UsageError
from edgecnn.host import HostModel
from edgecnn.version import VERSION
from tests.support.converted_network import ATTACK, KERNEL, X, append, network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_c(graph_of(network()), tmp_path / "c", name="net")
    return tmp_path / "c"


@pytest.fixture
def nothing_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: compiler.Compiler, arguments: list[str]) -> None:
        raise AssertionError("compiled")

    monkeypatch.setattr(compiler.Compiler, "run", fail)


def edit(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Let `change` edit a file of JSON."""
    facts = json.loads(file.read_text())
    change(facts)
    file.write_text(json.dumps(facts, indent=2) + "\n")


def forge(folder: Path) -> None:
    """As a stranger who knows the format: the hashes are those of the changed files."""
    append(folder)
    hashes = {KERNEL: hashlib.sha256((folder / KERNEL).read_bytes()).hexdigest()}
    edit(folder / "manifest.json", lambda manifest: manifest["files"].update(hashes))


def add_and_list(folder: Path) -> None:
    (folder / "more.c").write_text(ATTACK)
    hashes = {"more.c": hashlib.sha256(ATTACK.encode()).hexdigest()}
    edit(folder / "manifest.json", lambda manifest: manifest["files"].update(hashes))


def exchange_model(folder: Path) -> None:
    """A model whose layers have the same shapes, and the manifest says so; the C is the old one's."""
    (folder / "net.tflite").write_bytes(network(seed=1))
    sha256 = hashlib.sha256(network(seed=1)).hexdigest()
    edit(folder / "manifest.json", lambda manifest: manifest["model"].update(sha256=sha256))
    edit(folder / "manifest.json", lambda manifest: manifest["files"].update({"net.tflite": sha256}))


STRANGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "an edited kernel": (append, f"{KERNEL} was edited after the conversion; if by you, add --trust-folder"),
    "an edited header": (lambda c: append(c, "net.h", "/**/"), "net.h was edited after the conversion"),
    "a forged kernel": (forge, f"{KERNEL} is not what this edgecnn makes of net.tflite"),
    "another model": (exchange_model, "is not what this edgecnn makes of net.tflite"),
    "added C": (
        lambda c: (c / "more.c").write_text(ATTACK),
        "'more.c' is C that edgecnn did not write; if it is yours",
    ),
    "listed C": (add_and_list, "'more.c' is C that edgecnn did not write"),
    "a header of C": (
        lambda c: (c / "runtime" / "stdint.h").write_text(""),
        "'runtime/stdint.h' is C that edgecnn did",
    ),
    "a missing file": (lambda c: (c / KERNEL).unlink(), f"{KERNEL} is missing; run `edgecnn convert` again"),
    "an edited CMakeLists.txt": (lambda c: append(c, "CMakeLists.txt", "#"), "CMakeLists.txt was edited"),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_what_this_version_would_not_write_is_not_compiled(strange: str, folder: Path, nothing_compiles: None) -> None:
    change, sentence = STRANGE[strange]
    change(folder)
    for use in (HostModel, Converted.open, lambda c: verify(c, dataset=None, random=1)):
        with pytest.raises(InvalidModelError) as caught:
            use(folder)
        assert sentence in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("verb", ["verify", "build", "run", "eval", "profile", "flash"])
def test_every_verb_refuses_it_and_takes_the_users_word(
    verb: str, folder: Path, tmp_path: Path, nothing_compiles: None
) -> None:
    forge(folder)
    options = {
        "verify": ("--dataset", "none", "--without-oracles"),
        "run": ("--image", Path(__file__).with_name("no.png")),
        "eval": ("--board", "host", "--emulate"),
        "profile": ("--board", "host", "--emulate"),
    }
    arguments = [verb, str(folder), *map(str, options.get(verb, ("--board", "host", "-o", tmp_path / "firmware")))]
    with pytest.raises(InvalidModelError, match="--trust-folder"):
        verbs.cli.main(arguments, standalone_mode=False)
    with pytest.raises((AssertionError, EdgecnnError, click.ClickException)) as caught:
        verbs.cli.main([*arguments, "--trust-folder"], standalone_mode=False)
    assert "--trust-folder" not in str(caught.value)


def test_no_text_of_a_model_stands_in_its_c() -> None:
    """A name that ends a comment would be code, and the proof of a folder would not see it."""
    plain = network()
    named = plain.replace(b"t0", b"*/").replace(b"t3", b"??")
    assert graph_of(named).input.name == "*/"
    texts = [
        {path: data.replace(hashlib.sha256(file).hexdigest().encode(), b"") for path, data in made.sources.items()}
        for file in (plain, named)
        for made in [Converted.of(graph_of(file), "", name="net")]
    ]
    assert texts[0] == texts[1]


def test_own_edits_run_when_they_are_trusted(folder: Path) -> None:
    expected = HostModel(folder).invoke(X)
    source = folder / KERNEL
    append(folder, KERNEL, "\n/* mine */\n")
    trusted = HostModel(folder, trust=True)
    assert trusted.converted.edited
    assert np.array_equal(trusted.invoke(X), expected)
    source.write_text(source.read_text().replace("/* mine */", "this is no C"))
    with pytest.raises(EdgecnnError, match=r"failed: .*fully_connected_s8\.c.*error"):
        HostModel(folder, trust=True)


def test_what_is_no_c_may_lie_in_the_folder(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    (folder / "build" / "CMakeFiles").mkdir(parents=True)
    (folder / "build" / "CMakeFiles" / "CMakeCCompilerId.c").write_text("int main(void) { return 0; }")
    assert Converted.open(folder).sources == Converted.of(graph_of(network()), "", name="net").sources


def test_a_folder_that_was_away_when_its_writer_was_killed_is_found(folder: Path) -> None:
    """Between the two steps of a system that cannot exchange folders (tests/test_kills.py)."""
    away = folder.with_name(".edgecnn-scratch-abcdefgh") / "old" / folder.name
    away.parent.mkdir(parents=True)
    folder.rename(away)
    assert Converted.open(folder).manifest.name == "net"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_folder_is_read_once(folder: Path) -> None:
    """What happens to it later does not reach a compiler."""
    network = Converted.open(folder)
    append(folder)
    assert np.array_equal(HostModel(network).invoke(X), network.graph.evaluate(X))


@pytest.mark.parametrize("trust", [False, True])
@pytest.mark.parametrize(
    ("format", "age"), [("edgecnn-c/1", "older"), ("edgecnn-c/2", "older"), ("edgecnn-c/999", "newer")]
)
def test_a_folder_of_another_format_is_not_called_tampered(format: str, age: str, trust: bool, folder: Path) -> None:
    edit(folder / "manifest.json", lambda manifest: manifest.update(format=format))
    append(folder)
    with pytest.raises(InvalidModelError, match=rf"was made by an? {age} edgecnn; convert again"):
        Converted.open(folder, trust=trust)


@pytest.mark.parametrize(
    ("version", "age"), [("0.0.1", "older"), ("999.0", "newer"), (f"{VERSION}.dev1", "older|newer")]
)
def test_a_folder_of_another_version_is_not_called_tampered(version: str, age: str, folder: Path) -> None:
    edit(folder / "manifest.json", lambda manifest: manifest.update(edgecnn=version))
    append(folder, KERNEL, "\n/* as it was then */\n")
    with pytest.raises(InvalidModelError, match=rf"was made by an? ({age}) edgecnn; convert again"):
        Converted.open(folder)
    assert np.array_equal(HostModel(folder, trust=True).invoke(X), graph_of(network()).evaluate(X))


def test_another_model_beside_the_c(folder: Path) -> None:
    (folder / "net.tflite").write_bytes(network(seed=1))
    with pytest.raises(InvalidModelError, match="does not belong"):
        verify(folder, dataset=None, random=3)


@pytest.mark.parametrize("macro", ["INPUT_SIZE", "OUTPUT_SIZE", "LAYERS"])
def test_trusted_c_of_other_sizes_is_one_sentence(macro: str, folder: Path) -> None:
    """Memory is read and written by the sizes of the compiled library, or not at all."""
    header = folder / "net.h"
    lines = header.read_text().splitlines()
    header.write_text("\n".join(f"#define net_{macro} 4" if f" net_{macro} " in line else line for line in lines))
    with pytest.raises(EdgecnnError, match="its manifest does not describe its C|failed"):
        HostModel(folder, trust=True)


def test_a_network_for_another_core_runs_here_by_its_generic_c(tmp_path: Path) -> None:
    graph = graph_of(network())
    for target in ("cortex-m4", "wasm-simd"):
        write_c(graph, tmp_path / target, name="net", target=target, optimize="speed")
        model = HostModel(tmp_path / target)
        assert model.manifest.target == "generic"
        assert np.array_equal(model.invoke(X), graph.evaluate(X))
        (note,) = verify(tmp_path / target, dataset=None, random=2, with_oracles=False).notes
        assert f"no compiler for {target}, so the generic C of the same network was compared" in note
    write_c(graph, tmp_path / "plain", name="net", target="cortex-m4", optimize="size")
    assert HostModel(tmp_path / "plain").manifest.target == "cortex-m4"


def test_edits_of_kernels_for_another_core_are_not_lost_silently(tmp_path: Path) -> None:
    write_c(graph_of(network()), tmp_path / "c", name="net", target="wasm-simd", optimize="speed")
    append(tmp_path / "c", "net.c", "\n/* mine */\n")
    with pytest.raises(UsageError, match="holds C for wasm-simd that this edgecnn did not write.*--target generic"):
        HostModel(tmp_path / "c", trust=True)

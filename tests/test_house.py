"""The house's measures: no file is long, no function either, and what tests share is where they all look for it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "converters", "edgecnn", "firmware", "tests")
CODE = {".py", ".c", ".h", ".mjs", ".sh"}
LINES, FUNCTION = 250, 60
# Longer by what is a table; this only gets shorter.
TABLES: dict[str, int] = {}
LONG_FUNCTIONS = {
    ("firmware/runtime/avr/scale24.h", "edgecnn_scale24"),  # instruction after instruction
    ("edgecnn/verification/proof.py", "verify"),  # until someone divides it
}


@cache
def sources() -> dict[str, str]:
    """The text of each file of code, by its path."""
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in CODE)
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in files if "node_modules" not in path.parts}


def python() -> Iterator[tuple[str, ast.Module]]:
    return ((path, ast.parse(text)) for path, text in sources().items() if path.endswith(".py"))


def functions_of_c(text: str) -> Iterator[tuple[str, int]]:
    """Name and lines of each function: clang-format puts its first line and its last brace at the margin."""
    name, begin = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"[A-Za-z_].*?(\w+)\(", line):
            name, begin = found[1], number
        elif line == "}" and name:
            yield name, number - begin + 1
            name = ""


def functions() -> Iterator[tuple[str, str, int]]:
    """Path, name and lines of each function."""
    for path, tree in python():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node.name, (node.end_lineno or 0) - node.lineno + 1
    for path, text in sources().items():
        if Path(path).suffix in {".c", ".h"}:
            yield from ((path, name, lines) for name, lines in functions_of_c(text))


def test_no_file_is_long() -> None:
    long = {path: lines for path, text in sources().items() if (lines := len(text.splitlines())) > LINES}
    assert long == TABLES
    assert len(sources()) > 500


def test_no_function_is_long() -> None:
    lengths = list(functions())
    assert {(path, name) for path, name, lines in lengths if lines > FUNCTION} == LONG_FUNCTIONS
    assert len(lengths) > 2000


def test_functions_of_c_are_seen() -> None:
    text = (
        "static int first(int a) {\n  if (a) {\n    a = 1;\n  }\n}\n\nvoid second(\n    int b) {\n  b = 2;\n}\nint x;\n"
    )
    assert list(functions_of_c(text)) == [("first", 5), ("second", 4)]


def test_helpers_are_imported_from_their_own_place_alone() -> None:
    """So no test, and no helper, knows another test."""
    wrong = []
    for path, tree in python():
        for node in ast.walk(tree) if path.startswith("tests/") else ():
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            wrong += [f"{path}: {name}" for name in names if not _allowed(path, name)]
    assert wrong == []


def _allowed(path: str, module: str) -> bool:
    if module.split(".")[0] != "tests":
        return not module.startswith("None")  # a relative one
    night = ("tests.nightly",) if path == "tests/test_seeds.py" else ()
    return module.startswith(("tests.support", *night))


def test_files_that_are_no_tests_are_in_the_place_of_helpers() -> None:
    places = ("tests/support/", "tests/nightly/")
    others = [
        path
        for path in sources()
        if path.startswith("tests/") and path.endswith(".py") and not path.startswith(places)
        if not Path(path).name.startswith(("test_", "conftest"))
    ]
    assert others == []

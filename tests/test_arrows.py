"""Who may import whom: rooms are the folders of edgecnn/, converters/, and each file of the top shelf."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHELVES = {("edgecnn",), ("edgecnn", "targets")}  # whose files and folders are rooms, each of its own

# Room -> the rooms that it may import, `*` being all; what is not here imports none.
ALLOWED = {
    "edgecnn": "converters errors fixed_point graph host interpreter tensor verification version",
    "__main__": "cli",
    "cli": "*",
    # What a network is.
    "errors": "printable",
    "given": "errors",
    "fixed_point": "given",
    "door": "errors fixed_point tensor",
    "state": "tensor",
    "ops": "fixed_point tensor",
    "interpreter": "door fixed_point ops state tensor",
    "graph": "door errors interpreter ops state tensor",
    # What runs of it on a core.
    "program": "graph ops tensor",
    "targets.target": "errors ops program support",
    "targets.techniques": "fixed_point ops program targets.target",
    "targets.cores": "fixed_point ops program targets.target targets.techniques",
    "targets": "errors support targets.cores targets.target",
    "lowering": "errors fixed_point graph ops program targets tensor",
    # Formats of files, and what was converted.
    "converters": "door errors fixed_point graph lowering ops printable program state support targets tensor version",
    "converted": "converters errors graph program support targets version",
    # Compilers, boards and what stands for them.
    "board": "errors support targets",
    "building": "board converted converters door errors graph interpreter support targets version",
    "host": "building converted converters door errors support tensor",
    "device": "door errors support tensor",
    "emulators": "board building device errors support",
    "flash": "board building device errors onboard support",
    "onboard": "board building converted converters datasets device door emulators errors graph support",
    "doctor": "errors onboard support",
    # Data and training.
    "pictures": "door errors graph ops tensor",
    "datasets": "door errors pictures printable support",
    "zoo": "converters errors support",
    "fused_normalization": "converters",
    "losses": "converters",
    "training": "converters datasets errors fused_normalization losses printable support zoo",
    "qat": "converters datasets errors training zoo",
    "quantization": "converters datasets errors qat support training",
    # The proof.
    "oracles": "errors fixed_point graph ops tensor",
    "verification": "converted converters datasets door errors graph host interpreter oracles program qat "
    "support tensor training version zoo",
    "report": "support verification",
    # What every room uses.
    "support": "errors printable",
}
Module = tuple[str, ...]


@cache
def modules() -> dict[Module, Path]:
    """Every file by the name under which it is imported, as its parts."""
    found = {}
    for folder, package in ((ROOT / "edgecnn", ("edgecnn",)), (ROOT / "converters", ("edgecnn", "converters"))):
        for file in folder.rglob("*.py"):
            inner = file.relative_to(folder).with_suffix("").parts
            found[package + (inner[:-1] if inner[-1] == "__init__" else inner)] = file
    return {module: file for module, file in found.items() if "node_modules" not in module}


def imported(module: Module) -> Iterator[Module]:
    """What it imports of ours, wherever in the file that stands."""
    file = modules()[module]
    package = module if file.name == "__init__.py" else module[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        names: list[Module] = []
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            names = [(*base, alias.name) for alias in node.names]
        for name in names:
            while name and name not in modules():
                name = name[:-1]  # of a name in a module, the module
            if name:
                yield name


def room(module: Module) -> str:
    """The room in which a module is."""
    depth = max(len(shelf) for shelf in SHELVES if module[: len(shelf)] == shelf)
    return ".".join(module[1 : depth + 1]) or "edgecnn"


@cache
def arrows() -> frozenset[tuple[str, str]]:
    """(room that imports, room that is imported)"""
    pairs = {(room(module), room(other)) for module in modules() for other in imported(module)}
    return frozenset((a, b) for a, b in pairs if a != b)


def test_every_import_is_an_allowed_arrow() -> None:
    allowed = {(a, b) for a, rooms in ALLOWED.items() for b in rooms.split()}
    new = {f"{a} -> {b}" for a, b in arrows() if not allowed & {(a, b), (a, "*")}}
    assert not new, f"not in the table of {Path(__file__).name}: {', '.join(sorted(new))}"


def test_there_is_no_circle() -> None:
    assert not find_circle(arrows())


def find_circle(pairs: set[tuple[str, str]] | frozenset[tuple[str, str]]) -> list[str]:
    """Rooms that import each other in a circle, if there are any."""
    graph = TopologicalSorter[str]()
    for importer, other in pairs:
        graph.add(importer, other)
    try:
        graph.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_imports_are_seen_in_every_form() -> None:
    """Relative and absolute ones, of modules and of names in them, within functions too."""
    assert ("edgecnn", "errors") in imported(("edgecnn", "board"))  # from .errors import ...
    assert ("edgecnn", "interpreter") in imported(("edgecnn", "graph"))  # from . import interpreter
    assert ("edgecnn", "lowering", "lower") in imported(("edgecnn", "converters", "graph_to_c"))  # from edgecnn....
    assert ("edgecnn", "targets", "cores", "generic") in imported(("edgecnn", "targets"))  # of a package
    assert find_circle({("a", "b"), ("b", "c"), ("c", "a")})
    assert not find_circle({("a", "b"), ("b", "c"), ("a", "c")})

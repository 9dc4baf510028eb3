"""A folder that `write_c` made, read back."""

from __future__ import annotations

from pathlib import Path

from .converters.manifest import check_manifest, read_manifest
from .converters.tflite_to_graph import read_tflite
from .errors import InvalidModelError
from .graph import Graph


def read_folder(folder: str | Path) -> Graph:
    """The graph of the model in a folder; raises InvalidModelError when its parts do not belong together."""
    manifest = read_manifest(folder)
    try:
        file = Path(folder) / manifest["model"]["file"]
    except (KeyError, TypeError) as error:
        raise InvalidModelError(f"the manifest of {folder} is damaged; run `edgecnn convert` again.") from error
    graph = read_tflite(file)
    check_manifest(manifest, graph)
    return graph

"""What is in a folder of generated C."""

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def c_files(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.rglob("*.c"))]

"""What runs on Node.js: our own programs, in edgecnn/emulators, and the packages from npm that they use."""

from __future__ import annotations

import json
from pathlib import Path

from . import paths

PROGRAMS = Path(__file__).resolve().parent.parent / "emulators"

# As package-lock.json pins them.
_PACKAGES: dict[str, str] = json.loads((PROGRAMS / "package.json").read_text())["dependencies"]


def modules(name: str) -> str | None:
    """The folder that holds the package `name` and those beside it: in a checkout, or in the cache."""
    places = (PROGRAMS / "node_modules", paths.cache() / "node_modules")
    wanted = {name, *_PACKAGES}
    return next((str(place) for place in places if all((place / package).is_dir() for package in wanted)), None)


def installation() -> str:
    """The arguments of `npm install` that put all packages where `modules` finds them."""
    return " ".join([f"--prefix {paths.cache()}", *(f"{name}@{version}" for name, version in _PACKAGES.items())])

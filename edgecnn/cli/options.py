"""Options that several verbs share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from .. import datasets, zoo
from ..datasets.grading import METRICS
from ..errors import UsageError
from ..support.names import unknown

Command = TypeVar("Command", bound=Callable[..., Any] | click.Command)


class _Model(click.ParamType):  # type: ignore[type-arg]  # which it takes from click 8.4 on
    """A path, or the name of a trained network that comes with edgecnn."""

    name = "model"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.exists():
            return path
        if path.name in zoo.trained_names():
            return zoo.trained(path.name)
        if path.name == str(value) and not path.suffix:
            raise UsageError(unknown("file, folder or trained network", str(value), zoo.trained_names()))
        return path


model = click.argument("model", type=_Model())
data_dir = click.option("--data-dir", type=click.Path(path_type=Path), help="Folder with the files of the data set.")
trust = click.option(
    "--trust-folder",
    "trust",
    is_flag=True,
    help="Run the C in the folder although it is not what edgecnn writes.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class _Dataset(click.ParamType):  # type: ignore[type-arg]
    """The name of a data set, 'folder:PATH' or 'file:X.npz'; and 'none' where doing without is possible."""

    name = "dataset"

    def __init__(self, *more: str):
        self.names = (*datasets.NAMES, *more)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.names)}|{datasets.FORMS.replace(', ', '|')}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.names and not value.startswith((datasets.FOLDER, datasets.FILE)):
            self.fail(unknown("data set", value, self.names, datasets.FORMS))
        return str(value)


_OF_A_FILE = (
    f"{datasets.FILE}X.npz has an array for each input by its name, or `x` for the only one (uint8: pixels, float: as "
    "the network reads it), its answers in `y` or by the outputs' names (integers: classes), and may name `classes`; "
    "of its rows, 15 % are for testing and 10 % for validation, drawn at random but always the same, unless its array "
    "`split` says 'train', 'val' or 'test' for each: then rows keep their order, as a network with state needs it."
)


def dataset(default: str | None, text: str, *, none: bool = False) -> Callable[[Command], Command]:
    """--dataset with the known names, folders of pictures and files of arrays; `none` where that is possible."""
    kind = _Dataset("none") if none else _Dataset()
    return click.option(
        "--dataset", type=kind, default=default, show_default=bool(default), help=f"{text} {_OF_A_FILE}"
    )


_output = click.option("--output", metavar="NAME", help="Which output is graded. Default: the one with answers.")
_metric = click.option(
    "--metric",
    type=click.Choice(list(METRICS)),
    help="How it is graded. Default: accuracy where the answers are classes, mae where they are values.",
)


def graded(command: Command) -> Command:
    """--output and --metric."""
    return _output(_metric(command))


representative = click.option(
    "--representative",
    type=click.Path(path_type=Path),
    help="A .npy file of real inputs (N, ...), as the model reads them, instead of a data set, for other shapes.",
)


def board(text: str, *, required: bool) -> Callable[[Command], Command]:
    """--board, --port and --emulate, given to the command as `board`, `port` and `emulated`."""
    chosen = click.option("--board", required=required, metavar="BOARD", help=f"{text} `edgecnn boards` lists them.")
    port = click.option("--port", help="Its serial port. Default: the only USB serial port there is.")
    emulated = click.option("--emulate", "emulated", is_flag=True, help="Build the firmware and emulate the board.")

    def decorate(command: Command) -> Command:
        return chosen(port(emulated(command)))

    return decorate


def boards(text: str) -> Callable[[Command], Command]:
    """As `board`, but any number of them: given to the command as tuples."""
    chosen = click.option(
        "--board", multiple=True, required=True, metavar="BOARD", help=f"{text} `edgecnn boards` lists them."
    )
    port = click.option(
        "--port", multiple=True, help="Its serial port, in the order of the boards. Default: by USB id."
    )
    emulated = click.option("--emulate", "emulated", is_flag=True, help="Build the firmware and emulate the board.")

    def decorate(command: Command) -> Command:
        return chosen(port(emulated(command)))

    return decorate


def print_json(value: Any) -> None:
    """One JSON value on stdout."""
    click.echo(json.dumps(value, indent=2))

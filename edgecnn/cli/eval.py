"""edgecnn eval: the accuracy of boards, and whether they compute what the host promised."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import click

from ..converted import Converted
from ..errors import EdgecnnError, UsageError
from ..onboard.connect import attached
from ..onboard.evaluation import Evaluation, evaluate
from ..support.metrics import Accuracy
from ..support.parallel import at_once
from ..verification.data import load_for, suitable
from . import options


@click.command(help="Stream a data set through boards that run the network in FOLDER; broken off, it resumes.")
@click.argument("folder", type=click.Path(path_type=Path))
@options.boards("The board; several, each with its own --board, work at the same time.")
@options.dataset(None, "Where the test rows come from. Default: as the network was trained.")
@options.data_dir
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="How many test rows.")
@options.graded
@options.trust
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; for several boards, a list of them.")
def command(
    folder: Path,
    board: tuple[str, ...],
    port: tuple[str, ...],
    emulated: bool,
    dataset: str | None,
    data_dir: Path | None,
    limit: int,
    output: str | None,
    metric: str | None,
    trust: bool,
    as_json: bool,
) -> None:
    if port and len(port) != len(board):
        raise UsageError(f"{len(board)} boards cannot be behind {len(port)} ports; name a --port for each, in order.")
    network = Converted.open(folder, trust=trust)
    graph = network.graph
    chosen, notes = (dataset, []) if dataset else suitable(graph, folder.with_suffix(".keras"), data_dir)
    if chosen is None:
        raise UsageError("it is not known what the network was trained on; name a --dataset.")
    data = load_for(graph, chosen, data_dir)

    def on(name: str, port: str | None) -> Callable[[Callable[[], bool]], Evaluation]:
        def action(stopped: Callable[[], bool]) -> Evaluation:
            with attached(network, name, port=port, emulated=emulated) as device:
                return evaluate(device, graph, data, limit, stopped, output=output, metric=metric)

        return action

    results = at_once([on(name, its_port) for name, its_port in zip_longest(board, port)])
    failures = [_failure(result) for result in results]
    if len(board) == 1 and isinstance(results[0], EdgecnnError):
        raise results[0]
    for note in notes:
        click.echo(f"Note: {note}", err=True)
    if as_json:
        reports = [_report(*row) for row in zip(board, results, failures, strict=True)]
        options.print_json(reports if len(board) > 1 else reports[0])
    else:
        for name, result in zip(board, results, strict=True):
            if isinstance(result, Evaluation):
                click.echo(_text(name, result, emulated))
    if len(board) == 1 and failures[0]:
        raise failures[0]
    for name, failure in zip(board, failures, strict=True):
        if failure:
            click.echo(f"Error: {name}: {failure}", err=True)
    if worst := max((failure.exit_code for failure in failures if failure), default=0):
        raise click.exceptions.Exit(worst)


def _failure(result: Evaluation | EdgecnnError) -> EdgecnnError | None:
    """What is wrong with a result, if anything."""
    if isinstance(result, EdgecnnError):
        return result
    try:
        result.check()
    except EdgecnnError as error:
        return error
    return None


def _report(name: str, result: Evaluation | EdgecnnError, failure: EdgecnnError | None) -> dict[str, Any]:
    report = result.to_json() if isinstance(result, Evaluation) else {"board": name}
    return {**report, "error": str(failure), "exit_code": failure.exit_code} if failure else report


def _grades(result: Evaluation) -> str:
    if not result.grades:
        return f"{result.n:,} rows, not graded: {result.not_graded}"
    board, host = result.grades["board"], result.grades["int8"]
    if isinstance(board, Accuracy):
        return str(board)
    figures = f"board {board.value:.6g}, int8 on the host {host.value:.6g}"
    return f"{result.output}, {board.metric}: {figures} ({board.n:,} rows)"


def _text(name: str, result: Evaluation, emulated: bool) -> str:
    on_a_board = f"{result.ticks:,} ticks for one inference, {result.seconds * 1e3:.1f} ms of the board's clock"
    return (
        f"{name}, {result.dataset}: {_grades(result)}\n"
        f"unequal bytes against the host: {result.unequal_bytes}\n"
        f"{result.retries} retries, {result.lost} requests lost, {result.resumed} images from an earlier run\n"
        + ("an emulator's ticks are no times: `edgecnn profile` counts instructions" if emulated else on_a_board)
    )

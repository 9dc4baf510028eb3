"""edgecnn verify: the proof that C, NumPy and TFLite compute the same bytes."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import AccuracyError, UsageError
from ..report import page, text
from ..support.files import write_atomically
from ..verification import AS_TRAINED, verify
from . import options


@click.command(
    help="Compare float, TFLite, NumPy and C on MODEL (.tflite, folder of C or a trained name), layer by layer."
)
@options.model
@options.dataset(
    None, "Real images to compare and grade on; `none`: random bytes alone. Default: as it was trained.", none=True
)
@options.data_dir
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="How many test rows.")
@click.option(
    "--random", type=click.IntRange(1), default=256, show_default=True, help="How many images of random bytes."
)
@click.option(
    "--keras", type=click.Path(exists=True, path_type=Path), help="The float model. Default: the .keras beside MODEL."
)
@click.option("--without-oracles", is_flag=True, help="Compare NumPy with C alone.")
@options.graded
@click.option("--min-accuracy", type=click.FloatRange(0, 1), help="Exit with 31 when the int8 accuracy is below.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the report as a page, too.")
@options.trust
@options.as_json
def command(
    model: Path,
    dataset: str | None,
    data_dir: Path | None,
    limit: int,
    random: int,
    keras: Path | None,
    without_oracles: bool,
    output: str | None,
    metric: str | None,
    min_accuracy: float | None,
    html: Path | None,
    trust: bool,
    as_json: bool,
) -> None:
    if min_accuracy is not None and dataset == "none":
        raise UsageError("random bytes have no accuracy; name a --dataset for --min-accuracy.")
    result = verify(
        model,
        dataset=None if dataset == "none" else dataset or AS_TRAINED,
        data_dir=data_dir,
        limit=limit,
        random=random,
        output=output,
        metric=metric,
        keras=keras,
        with_oracles=not without_oracles,
        trust=trust,
    )
    for note in result.notes:
        click.echo(f"Note: {note}", err=True)
    if html:
        write_atomically(html, page(result).encode())
    if as_json:
        options.print_json(result.to_json())
    else:
        click.echo(text(result), nl=False)
    result.check()
    if min_accuracy is None:
        return
    if result.int8_accuracy is None:
        why = " ".join(result.notes) or f"it was graded by {result.grading.metric if result.grading else 'nothing'}."
        raise UsageError(f"there is no accuracy for --min-accuracy: {why}")
    if result.int8_accuracy.share < min_accuracy:
        raise AccuracyError(f"{result.name} has an int8 accuracy of {result.int8_accuracy}, below {min_accuracy:.2%}.")

"""edgecnn doctor: what is installed, and the exact command for what is not."""

from __future__ import annotations

import click

from .. import doctor
from ..converters.c_text import table
from . import options


@click.command(help="Look for compilers, emulators, flash tools and permissions; print the command that mends each.")
@click.option("--install", is_flag=True, help="Run the commands of the package managers, after showing each.")
@options.as_json
def command(install: bool, as_json: bool) -> None:
    findings = doctor.examine()
    if install:
        doctor.install(findings, tell=lambda line: click.echo(line, err=True))
        findings = doctor.examine()
    if as_json:
        options.print_json({"findings": [finding.to_json() for finding in findings]})
        return
    rows = [("", "name", "", "found, or what mends it")]
    rows += [(f.kind, f.name, "ok" if f.found else "-", f.found or f.mend) for f in findings]
    click.echo("\n".join(table(rows)))

"""The validation report as one page of HTML that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from string import Template

from ..verification import Verification
from . import tables

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$name: validation report</title>
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin-bottom: 0.3rem; }
  h2 { font-size: 1.05rem; margin: 2rem 0 0.4rem; }
  .verdict { padding: 0.6rem 0.9rem; border-radius: 0.4rem; background: $colour; color: white; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: right; border-bottom: 1px solid var(--line); }
  .label, .words td { text-align: left; }
  .words td { overflow-wrap: anywhere; }
  .confusion td, .confusion th { text-align: center; min-width: 1.8rem; padding: 0.2rem 0.3rem; }
  footer { margin-top: 2rem; opacity: 0.7; }
</style>
<h1>$name: validation report</h1>
<p class="verdict">$verdict</p>
$tables
<footer>Made by edgecnn $version. Every figure is measured by the run described under Provenance.</footer>
</html>
""")


def page(result: Verification) -> str:
    """The whole page."""
    before = [tables.accuracies(result), tables.parties(result)]
    after = [tables.layers(result), tables.sizes(result), tables.provenance(result), tables.formulas()]
    parts = [_table(table) for table in before if table.rows]
    parts += [_confusion(result)] if result.confusion is not None else []
    parts += [_table(table) for table in after]
    return _PAGE.substitute(
        name=escape(result.name),
        colour="#17713b" if result.ok else "#a31621",
        verdict=escape(result.verdict),
        tables="\n".join(parts),
        version=escape(result.provenance["edgecnn"]),
    )


def _table(table: tables.Table) -> str:
    head = _cells("th", table.columns, table.labels) if any(table.columns) else ""
    body = "".join(f"<tr>{_cells('td', row, table.labels)}</tr>\n" for row in table.rows)
    kind = ' class="words"' if len(table.columns) == 2 else ""
    return f'<h2>{escape(table.title)}</h2>\n<div class="scroll"><table{kind}>\n<tr>{head}</tr>\n{body}</table></div>'


def _cells(tag: str, cells: Sequence[str], labels: int) -> str:
    named = (f'{tag} class="label"' if i < labels else tag for i in range(len(cells)))
    return "".join(f"<{opening}>{escape(cell)}</{tag}>" for opening, cell in zip(named, cells, strict=True))


def _confusion(result: Verification) -> str:
    matrix = result.confusion
    assert matrix is not None
    table = tables.confusion(result)
    head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
    rows = []
    for i, ((name, *cells), counts) in enumerate(zip(table.rows, matrix.tolist(), strict=True)):
        total = max(sum(counts), 1)
        shaded = "".join(
            f'<td style="background: rgb({"23 113 59" if i == j else "163 22 33"} / {_shade(count / total):.2f})">'
            f"{cell}</td>"
            for j, (cell, count) in enumerate(zip(cells, counts, strict=True))
        )
        rows.append(f"<tr><th>{escape(name)}</th>{shaded}</tr>\n")
    return (
        f"<h2>{escape(table.title)}</h2>\n"
        f'<div class="scroll"><table class="confusion">\n<tr>{head}</tr>\n{"".join(rows)}</table></div>'
    )


def _shade(share: float) -> float:
    """Opacity: visible for a single error, full for a whole row."""
    return 0.0 if share == 0 else 0.15 + 0.6 * share

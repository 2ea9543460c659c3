"""The one table that text, HTML and Markdown draw: every number is already text, every format shows the same.

Strings are as they came from the comparison: each format makes them harmless in its own way.
"""

from dataclasses import dataclass, replace

from perfmagic.model.comparison import Candidate, Comparison
from perfmagic.reports.headline import headline, winner
from perfmagic.reports.notes import Note, findings, notes
from perfmagic.reports.rows import Row, rows_of

_COLUMNS = ("strategy", "result", "median (low-high)", "speedup", "ceiling", "bound by", "peak memory")
_ALWAYS = 5
"""Columns that are there whatever is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The changed cell that is worth keeping, beside the cell as written."""

    strategy: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a report shows, from top to bottom."""

    headline: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[Note, ...]
    code: Code | None
    notes: tuple[Note, ...]
    environment: str


def table(comparison: Comparison) -> Table:
    """Return the table of a comparison."""
    rows = rows_of(comparison)
    # The last two have a column only where they are known.
    known = [i for i in range(len(_COLUMNS)) if i < _ALWAYS or any(row.cells[i] for row in rows)]
    return Table(
        headline=headline(comparison),
        caption=_caption(comparison),
        columns=tuple(_COLUMNS[i] for i in known),
        rows=tuple(replace(row, cells=tuple(row.cells[i] for i in known)) for row in rows),
        findings=findings(comparison),
        code=_code(comparison, winner(comparison)),
        notes=notes(comparison),
        environment=_environment(comparison),
    )


def _caption(comparison: Comparison) -> str:
    cell = f"%%{comparison.magic}"
    if comparison.cell.number is not None:
        cell += f", cell [{comparison.cell.number}]"
    return f"{comparison.title} ({cell})" if comparison.title else cell


def _environment(comparison: Comparison) -> str:
    found = comparison.environment
    lock = "with the GIL" if found.gil_enabled else "without the GIL"
    packages = [f"{name} {version}" for name, version in found.packages.items()]
    return ", ".join(
        [
            f"Python {found.python} {lock}",
            f"{found.cpu_count} CPUs",
            found.platform,
            *packages,
            comparison.created,
        ]
    )


def _code(comparison: Comparison, best: Candidate | None) -> Code | None:
    if best is None or not best.source:
        return None
    return Code(strategy=best.strategy, before=comparison.cell.source, after=best.source)

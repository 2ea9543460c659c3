"""The one table that text, HTML and Markdown draw: every number is already text, every format shows the same.

Strings are as they came from the comparison: each format makes them harmless in its own way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from perfmagic.model.comparison import Candidate, CandidateStatus, Comparison, Quantity
from perfmagic.model.units import interval, percent, ratio, seconds, seconds_range, size, times
from perfmagic.model.verdict import Status
from perfmagic.reports.headline import CLAIMABLE, headline, status_of, winner
from perfmagic.reports.notes import Note, notes
from perfmagic.reports.shares import bound_by

_SHOWN_DIFFERENCES = 3
_ALWAYS = 5
"""Columns that are there whatever is known."""


class Mark(StrEnum):
    """How a row stands out; the words in it say the same."""

    PLAIN = "plain"
    WINNER = "winner"
    WRONG = "wrong"
    MUTED = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One strategy: a cell for each column, sentences below them, and its wall time as a share of the longest."""

    cells: tuple[str, ...]
    mark: Mark
    details: tuple[str, ...]
    share: float | None

    @property
    def strategy(self) -> str:
        """The first cell."""
        return self.cells[0]


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
    notes: tuple[Note, ...]
    code: Code | None
    environment: str


def table(comparison: Comparison) -> Table:
    """Return the table of a comparison."""
    columns = ["strategy", "result", "median (low-high)", "speedup", "ceiling", "bound by", "peak memory"]
    rows = [(each, _cells(each)) for each in ordered(comparison)]
    # The last two have a column only where they are known.
    known = [i for i in range(len(columns)) if i < _ALWAYS or any(cells[i] for _, cells in rows)]
    best = winner(comparison)
    return Table(
        headline=headline(comparison),
        caption=_caption(comparison),
        columns=tuple(columns[i] for i in known),
        rows=_told_once([_row(each, comparison, tuple(cells[i] for i in known)) for each, cells in rows]),
        notes=notes(comparison),
        code=_code(comparison, best),
        environment=_environment(comparison),
    )


def ordered(comparison: Comparison) -> list[Candidate]:
    """Return the candidates as people read them: different results first, then what ran, then what did not."""

    def place(candidate: Candidate) -> int:
        if status_of(candidate) is Status.DIFFERENT:
            return 0
        return 1 if candidate.status is CandidateStatus.RAN else 2

    return sorted(comparison.candidates, key=place)


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


def _cells(candidate: Candidate) -> tuple[str, ...]:
    return (
        candidate.strategy,
        _result(candidate),
        _wall(candidate.wall_s) if candidate.wall_s else "",
        _speedup(candidate),
        _ceiling(candidate),
        bound_by(candidate.usage),
        "" if candidate.peak_bytes is None else size(candidate.peak_bytes),
    )


def _row(candidate: Candidate, comparison: Comparison, cells: tuple[str, ...]) -> Row:
    longest = max((each.wall_s.median for each in comparison.candidates if each.wall_s), default=0.0)
    wall = candidate.wall_s
    return Row(
        cells=cells,
        mark=_mark(candidate, comparison),
        details=_details(candidate),
        share=wall.median / longest if wall and longest > 0 else None,
    )


def _told_once(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows, with a reference where a row that did not run says the same as one above it."""
    first: dict[tuple[str, ...], str] = {}
    told: list[Row] = []
    for row in rows:
        said = first.setdefault(row.details, row.strategy)
        repeats = row.mark is Mark.MUTED and bool(row.details) and said != row.strategy
        told.append(replace(row, details=(f"as for {said}",)) if repeats else row)
    return tuple(told)


def _mark(candidate: Candidate, comparison: Comparison) -> Mark:
    if status_of(candidate) is Status.DIFFERENT or candidate.status is CandidateStatus.FAILED:
        return Mark.WRONG
    if candidate is winner(comparison):
        return Mark.WINNER
    return Mark.PLAIN if candidate.status is CandidateStatus.RAN else Mark.MUTED


def _wall(wall: Quantity) -> str:
    if len(wall.samples) == 1:
        return seconds(wall.median)
    return seconds_range(wall.median, wall.low, wall.high)


def _speedup(candidate: Candidate) -> str:
    found = candidate.speedup
    if found is None or status_of(candidate) not in CLAIMABLE:
        return ""
    return f"{ratio(found.value)} ({interval(found.low, found.high)})"


def _ceiling(candidate: Candidate) -> str:
    if candidate.ceiling is None:
        return ""
    found = candidate.speedup
    if found is None or status_of(candidate) not in CLAIMABLE or candidate.ceiling <= 0:
        return ratio(candidate.ceiling)
    return f"{ratio(candidate.ceiling)} {percent(found.value / candidate.ceiling)}"


def _result(candidate: Candidate) -> str:
    if candidate.status is not CandidateStatus.RAN:
        return str(candidate.status)
    return str(status_of(candidate) or Status.UNKNOWN)


def _details(candidate: Candidate) -> tuple[str, ...]:
    return (*_schedules(candidate), *_differences(candidate), *_reasons(candidate))


def _schedules(candidate: Candidate) -> list[str]:
    """Return what other schedules showed: the finding, or how many of them showed nothing."""
    found = candidate.schedules
    if found is None or not found.tried:
        return []
    if found.finding is not None:
        return [found.finding]
    if status_of(candidate) is Status.DIFFERENT:
        return []
    return [f"no difference in {times(found.tried, 'schedule')}"]


def _differences(candidate: Candidate) -> list[str]:
    if candidate.verdict is None:
        return []
    found = candidate.verdict.differences
    shown = [
        f"{each.path}: expected {each.expected}, got {each.actual}" for each in found[:_SHOWN_DIFFERENCES]
    ]
    left = len(found) - len(shown)
    return [*shown, f"and {left} more"] if left else shown


def _reasons(candidate: Candidate) -> list[str]:
    lines: list[str] = []
    if candidate.error is not None:
        lines.append(f"{candidate.error.type}: {candidate.error.message}")
    if candidate.reason is not None:
        lines.append(f"{_where(candidate)}{candidate.reason}")
    if candidate.hint is not None:
        lines.append(f"hint: {candidate.hint}")
    return lines


def _where(candidate: Candidate) -> str:
    """Return ``line 3: `` unless there is no line or the reason names one itself."""
    if candidate.lines is None or (candidate.reason or "").startswith("line"):
        return ""
    first, last = candidate.lines
    return f"line {first}: " if first == last else f"lines {first}-{last}: "

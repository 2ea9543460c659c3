"""The rows of the table: one for each strategy that ran, one for all that the same thing kept from running."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from perfmagic.model.comparison import Candidate, CandidateStatus, Comparison, Quantity
from perfmagic.model.units import interval, percent, ratio, seconds, seconds_range, size
from perfmagic.model.verdict import Status
from perfmagic.reports.grouping import grouped, names_of
from perfmagic.reports.headline import CLAIMABLE, status_of, winner
from perfmagic.reports.shares import bound_by

_SHOWN_DIFFERENCES = 3
_WITHIN_NOISE = 1.02
"""Peaks of memory that lie closer together tell no strategy from another."""


class Mark(StrEnum):
    """How a row stands out; the words in it say the same."""

    PLAIN = "plain"
    WINNER = "winner"
    WRONG = "wrong"
    MUTED = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one strategy, or several, came to.

    Attributes
    ----------
    cells
        One for each column.
    details
        Sentences below them.
    share
        The wall time as a share of the longest.
    """

    cells: tuple[str, ...]
    mark: Mark
    details: tuple[str, ...]
    share: float | None

    @property
    def strategy(self) -> str:
        """The first cell."""
        return self.cells[0]


def ordered(comparison: Comparison) -> list[Candidate]:
    """Return the candidates as people read them: different results first, then what ran, then what did not."""

    def place(candidate: Candidate) -> int:
        if status_of(candidate) is Status.DIFFERENT:
            return 0
        return 1 if candidate.status is CandidateStatus.RAN else 2

    return sorted(comparison.candidates, key=place)


def without_subject(candidate: Candidate) -> bool:
    """Whether a strategy was refused for the whole cell: no line is to blame, and the reason speaks of the cell."""
    refused = candidate.status is CandidateStatus.REFUSED
    return refused and candidate.lines is None and (candidate.reason or "").startswith("the cell ")


def rows_of(comparison: Comparison) -> tuple[Row, ...]:
    """Return the rows, those with the same differences next to each other."""
    found: dict[object, list[Candidate]] = {}
    for each in ordered(comparison):
        if not without_subject(each):
            found.setdefault(_told(each), []).append(each)
    return tuple(row for group in found.values() for row in _rows(group, comparison))


def _told(candidate: Candidate) -> object:
    """Return what a row tells beside its numbers: candidates for which that is the same belong together."""
    if candidate.verdict is not None and status_of(candidate) is Status.DIFFERENT:
        return candidate.verdict.differences or candidate.strategy
    if candidate.status is CandidateStatus.RAN:
        return candidate.strategy
    return candidate.status, candidate.error, candidate.lines, candidate.reason


def _rows(group: Sequence[Candidate], comparison: Comparison) -> Iterator[Row]:
    """Yield a row for each that ran, with what holds for all below the last; otherwise a single row."""
    last = group[-1]
    details = tuple(_details(group))
    if last.status is not CandidateStatus.RAN:
        yield _row(last, comparison, names_of(group), details)
        return
    for each in group:
        yield _row(each, comparison, each.strategy, details if each is last else ())


def _row(candidate: Candidate, comparison: Comparison, name: str, details: tuple[str, ...]) -> Row:
    longest = max((each.wall_s.median for each in comparison.candidates if each.wall_s), default=0.0)
    wall = candidate.wall_s
    return Row(
        cells=(name, *_cells(candidate, memory=_tells_memory(comparison))),
        mark=_mark(candidate, comparison),
        details=details,
        share=wall.median / longest if wall and longest > 0 else None,
    )


def _tells_memory(comparison: Comparison) -> bool:
    peaks = [each.peak_bytes for each in comparison.candidates if each.peak_bytes is not None]
    return bool(peaks) and max(peaks) > _WITHIN_NOISE * min(peaks)


def _mark(candidate: Candidate, comparison: Comparison) -> Mark:
    if status_of(candidate) is Status.DIFFERENT or candidate.status is CandidateStatus.FAILED:
        return Mark.WRONG
    if candidate is winner(comparison):
        return Mark.WINNER
    return Mark.PLAIN if candidate.status is CandidateStatus.RAN else Mark.MUTED


def _cells(candidate: Candidate, *, memory: bool) -> tuple[str, ...]:
    return (
        _result(candidate),
        _wall(candidate.wall_s) if candidate.wall_s else "",
        _speedup(candidate),
        _ceiling(candidate),
        bound_by(candidate.usage),
        "" if candidate.peak_bytes is None or not memory else size(candidate.peak_bytes),
    )


def _result(candidate: Candidate) -> str:
    if candidate.status is not CandidateStatus.RAN:
        return str(candidate.status)
    return str(status_of(candidate) or Status.UNKNOWN)


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


def _details(group: Sequence[Candidate]) -> list[str]:
    """Return what stands below candidates that tell the same: findings of schedules, differences, reasons, hints."""
    last = group[-1]
    named = f"{names_of(group)}: " if len(group) > 1 and last.status is CandidateStatus.RAN else ""
    findings = [
        (each.strategy, each.schedules.finding)
        for each in group
        if each.schedules is not None and each.schedules.finding is not None
    ]
    return [
        *(grouped(findings) if named else [finding for _, finding in findings]),
        *(f"{named}{each}" for each in (*_differences(last), *_reasons(last))),
        *_hints(group),
    ]


def _differences(candidate: Candidate) -> list[str]:
    if candidate.verdict is None:
        return []
    found = candidate.verdict.differences
    shown = [
        f"{each.path}: expected {each.expected}, got {each.actual}" for each in found[:_SHOWN_DIFFERENCES]
    ]
    left = len(found) - len(shown)
    return [*shown, f"and {left} more"] if left else shown


def _reasons(candidate: Candidate) -> Iterator[str]:
    if candidate.error is not None:
        yield f"{candidate.error.type}: {candidate.error.message}"
    if candidate.reason is not None:
        yield f"{_where(candidate)}{candidate.reason}"


def _where(candidate: Candidate) -> str:
    """Return ``line 3: `` unless there is no line or the reason names one itself."""
    if candidate.lines is None or (candidate.reason or "").startswith("line"):
        return ""
    first, last = candidate.lines
    return f"line {first}: " if first == last else f"lines {first}-{last}: "


def _hints(group: Sequence[Candidate]) -> list[str]:
    """Return the hints, with the strategies that they are for where they are not for all."""
    given = [(each.strategy, each.hint) for each in group if each.hint is not None]
    if len(given) == len(group) and len({hint for _, hint in given}) == 1:
        return [f"hint: {given[0][1]}"]
    return [f"hint for {each}" for each in grouped(given)]

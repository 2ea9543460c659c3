"""A comparison as a rectangle: one record for each candidate, for spreadsheets and frames."""

from collections.abc import Iterator
from typing import TypeAlias

from perfmagic.model.comparison import Candidate, Comparison
from perfmagic.reports.headline import CLAIMABLE, status_of, winner
from perfmagic.reports.rows import ordered

Value: TypeAlias = str | int | float | bool | None
COLUMNS = (
    "strategy", "status", "verdict", "recommended", "rounds", "wall_median_s", "wall_low_s", "wall_high_s", "cpu_median_s",
    "peak_bytes", "speedup", "speedup_low", "speedup_high", "confidence", "ceiling", "reason", "first_line", "last_line", "hint",
    "error_type", "error_message", "cpu_share", "waiting_share", "lock_share",
)  # fmt: skip


def records(comparison: Comparison) -> Iterator[tuple[Value, ...]]:
    """Yield a record of `COLUMNS` for each candidate, different results first; ``None`` where there is nothing to say."""
    best = winner(comparison)
    for candidate in ordered(comparison):
        yield (
            candidate.strategy,
            str(candidate.status),
            status_of(candidate),
            candidate is best,
            *_times(candidate),
            candidate.peak_bytes,
            *_speedup(candidate),
            candidate.ceiling,
            candidate.reason,
            *(candidate.lines or (None, None)),
            candidate.hint,
            *((candidate.error.type, candidate.error.message) if candidate.error else (None, None)),
            *_usage(candidate),
        )


def _times(candidate: Candidate) -> tuple[Value, ...]:
    wall, cpu = candidate.wall_s, candidate.cpu_s
    spent = cpu.median if cpu else None
    return (
        (len(wall.samples), wall.median, wall.low, wall.high, spent)
        if wall
        else (None, None, None, None, spent)
    )


def _usage(candidate: Candidate) -> tuple[Value, ...]:
    found = candidate.usage
    return (None, None, None) if found is None else (found.cpu_share, found.waiting_share, found.lock_share)


def _speedup(candidate: Candidate) -> tuple[Value, ...]:
    found = candidate.speedup
    if found is None or status_of(candidate) not in CLAIMABLE:
        return (None, None, None, None)
    return (found.value, found.low, found.high, found.confidence)

"""What stands below the table: assumptions, what was not checked, what is uncertain, how often the cell ran."""

import re
from dataclasses import dataclass

from perfmagic.model.comparison import Comparison
from perfmagic.model.units import percent, ratio, seconds, times
from perfmagic.reports.headline import headline, reason

_CANDIDATE = re.compile(r"candidates\[(\d+)\]\.?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A heading and its lines."""

    title: str
    lines: tuple[str, ...]


def notes(comparison: Comparison) -> tuple[Note, ...]:
    """Return the notes that have something to say, the most important first."""
    found = (
        Note(title="assumed", lines=_assumptions(comparison)),
        Note(title="not checked", lines=_unchecked(comparison)),
        Note(title="uncertain", lines=_uncertain(comparison)),
        Note(title="recommendation", lines=_recommendation(comparison)),
        Note(title="bound", lines=_bound(comparison)),
        Note(title="counters", lines=_counters(comparison)),
        Note(title="intervals", lines=_intervals(comparison)),
        Note(title="runs", lines=(f"the cell ran {times(comparison.executions, 'time')}",)),
    )
    return tuple(each for each in found if each.lines)


def _assumptions(comparison: Comparison) -> tuple[str, ...]:
    return tuple(f"{each.strategy}: {text}" for each in comparison.candidates for text in each.assumptions)


def _unchecked(comparison: Comparison) -> tuple[str, ...]:
    return tuple(
        f"{each.strategy}: {text}"
        for each in comparison.candidates
        if each.verdict is not None
        for text in each.verdict.unchecked
    )


def _uncertain(comparison: Comparison) -> tuple[str, ...]:
    return tuple(f"{_field(each.field, comparison)}: {each.why}" for each in comparison.uncertain)


def _field(field: str, comparison: Comparison) -> str:
    """Return the field as people name it: the strategy instead of its index."""
    if field == "candidates":
        return "all candidates"
    match = _CANDIDATE.fullmatch(field)
    if match is None or int(match[1]) >= len(comparison.candidates):
        return field
    return f"{comparison.candidates[int(match[1])].strategy} {match[2]}".rstrip()


def _recommendation(comparison: Comparison) -> tuple[str, ...]:
    """Return the reason unless the first line says it already."""
    why = reason(comparison)
    return () if why in headline(comparison) else (why,)


def _bound(comparison: Comparison) -> tuple[str, ...]:
    bound = comparison.bound
    if bound is None:
        return ()
    work, span = seconds(bound.work_s), seconds(bound.span_s)
    return (f"work {work}, critical path {span}: at most {ratio(bound.parallelism)} without limits",)


def _counters(comparison: Comparison) -> tuple[str, ...]:
    return tuple(
        f"{each.strategy}: {', '.join(f'{name} {count}' for name, count in each.counters.items())}"
        for each in comparison.candidates
        if each.counters
    )


def _intervals(comparison: Comparison) -> tuple[str, ...]:
    """Return each method once, with its level where it has one."""
    found: dict[str, None] = {}
    for each in comparison.candidates:
        if each.speedup is not None:
            level = each.speedup.confidence
            suffix = "" if level is None else f", {percent(level, decimals=1)}"
            found[f"{each.speedup.method}{suffix}"] = None
    return tuple(found)

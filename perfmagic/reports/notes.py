"""What stands below the table: assumptions, what was not checked, what is uncertain, how often the cell ran."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from perfmagic.model.comparison import Comparison
from perfmagic.model.units import percent, ratio, seconds, size, times
from perfmagic.reports.headline import headline, reason
from perfmagic.reports.shares import shares_note

_SHOWN = 5
_CANDIDATE = re.compile(r"candidates\[(\d+)\]\.?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A heading and its lines."""

    title: str
    lines: tuple[str, ...]

    @property
    def first(self) -> tuple[str, ...]:
        """The lines that are shown at once; one alone is never left out."""
        return self.lines[:_SHOWN] if len(self.lines) > _SHOWN + 1 else self.lines

    @property
    def rest(self) -> tuple[str, ...]:
        """The lines that are folded away."""
        return self.lines[len(self.first) :]


def notes(comparison: Comparison) -> tuple[Note, ...]:
    """Return the notes that have something to say, the most important first."""
    found = (
        Note(title="recommendation", lines=_recommendation(comparison)),
        Note(title="assumed", lines=_assumptions(comparison)),
        Note(title="not checked", lines=_unchecked(comparison)),
        Note(title="uncertain", lines=_uncertain(comparison)),
        Note(title="bound", lines=_bound(comparison)),
        Note(title="shares", lines=shares_note(comparison)),
        Note(title="transfer", lines=_transfers(comparison)),
        Note(title="counters", lines=_counters(comparison)),
        Note(title="intervals", lines=_intervals(comparison)),
        Note(title="runs", lines=(f"the cell ran {times(comparison.executions, 'time')}",)),
    )
    return tuple(each for each in found if each.lines)


def _assumptions(comparison: Comparison) -> tuple[str, ...]:
    return _grouped((each.strategy, text) for each in comparison.candidates for text in each.assumptions)


def _unchecked(comparison: Comparison) -> tuple[str, ...]:
    return _grouped(
        (each.strategy, text)
        for each in comparison.candidates
        if each.verdict is not None
        for text in each.verdict.unchecked
    )


def _uncertain(comparison: Comparison) -> tuple[str, ...]:
    return _grouped((_field(each.field, comparison), each.why) for each in comparison.uncertain)


def _grouped(told: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return each text once, behind all that it is told of."""
    owners: dict[str, dict[str, None]] = {}
    for owner, text in told:
        owners.setdefault(text, {})[owner] = None
    return tuple(f"{', '.join(names)}: {text}" for text, names in owners.items())


def _field(field: str, comparison: Comparison) -> str:
    """Return the field as people name it: the strategy instead of its index."""
    if field == "candidates":
        return "all candidates"
    match = _CANDIDATE.fullmatch(field)
    if match is None or int(match[1]) >= len(comparison.candidates):
        return field
    return f"{comparison.candidates[int(match[1])].strategy} {match[2]}".rstrip()


def _recommendation(comparison: Comparison) -> tuple[str, ...]:
    """Return the reason, without the parts that the first line says already."""
    said = headline(comparison)
    left = [part for part in reason(comparison).split("; ") if part not in said]
    return ("; ".join(left),) if left else ()


def _bound(comparison: Comparison) -> tuple[str, ...]:
    bound = comparison.bound
    if bound is None:
        return ()
    work, span = seconds(bound.work_s), seconds(bound.span_s)
    return (f"work {work}, critical path {span}: at most {ratio(bound.parallelism)} without limits",)


def _transfers(comparison: Comparison) -> tuple[str, ...]:
    return tuple(
        f"{each.strategy}: {size(each.transfer.sent_bytes)} to other processes and {size(each.transfer.received_bytes)} back, "
        f"{seconds(each.transfer.seconds)} in one run"
        for each in comparison.candidates
        if each.transfer is not None
    )


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

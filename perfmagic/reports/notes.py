"""What stands below the table: what was found, and what it was taken from and with which doubts."""

import re
from dataclasses import dataclass

from perfmagic.model.comparison import Comparison
from perfmagic.model.units import percent, ratio, seconds, size, times
from perfmagic.model.verdict import Status
from perfmagic.reports.grouping import grouped, names_of, owners_of
from perfmagic.reports.headline import compared, headline, reason, status_of
from perfmagic.reports.rows import without_subject
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


def findings(comparison: Comparison) -> tuple[Note, ...]:
    """Return the notes that belong to the table, right below it."""
    return _telling(
        Note(title="not for this cell", lines=_without_subject(comparison)),
        Note(title="hint", lines=_last_hint(comparison)),
        Note(title="recommendation", lines=_recommendation(comparison)),
    )


def notes(comparison: Comparison) -> tuple[Note, ...]:
    """Return the notes that stand at the end, the most important first."""
    return _telling(
        Note(title="assumed", lines=_assumptions(comparison)),
        Note(title="not checked", lines=_unchecked(comparison)),
        Note(title="schedules", lines=_schedules(comparison)),
        Note(title="uncertain", lines=_uncertain(comparison)),
        Note(title="bound", lines=_bound(comparison)),
        Note(title="shares", lines=shares_note(comparison)),
        Note(title="transfer", lines=_transfers(comparison)),
        Note(title="counters", lines=_counters(comparison)),
        Note(title="intervals", lines=_intervals(comparison)),
        Note(title="runs", lines=(f"the cell ran {times(comparison.executions, 'time')}",)),
    )


def _telling(*found: Note) -> tuple[Note, ...]:
    return tuple(each for each in found if each.lines)


def _without_subject(comparison: Comparison) -> tuple[str, ...]:
    """Return in one line the strategies that are not meant for such a cell; why, unless the first line says it."""
    said = headline(comparison)
    idle = [each for each in comparison.candidates if without_subject(each)]
    told = owners_of((each.strategy, (each.reason or "").rstrip(".")) for each in idle)
    if all(why in said for why in told):
        return (names_of(idle),) if idle else ()
    return ("; ".join(f"{', '.join(names)} ({why})" for why, names in told.items()),)


def _last_hint(comparison: Comparison) -> tuple[str, ...]:
    """Return what to do with a cell for which no strategy is meant."""
    others = compared(comparison)
    hints = [each.hint for each in others if each.hint is not None]
    return (hints[-1],) if hints and all(map(without_subject, others)) else ()


def _assumptions(comparison: Comparison) -> tuple[str, ...]:
    return grouped((each.strategy, text) for each in comparison.candidates for text in each.assumptions)


def _unchecked(comparison: Comparison) -> tuple[str, ...]:
    return grouped(
        (each.strategy, text)
        for each in comparison.candidates
        if each.verdict is not None
        for text in each.verdict.unchecked
    )


def _uncertain(comparison: Comparison) -> tuple[str, ...]:
    return grouped((_field(each.field, comparison), each.why) for each in comparison.uncertain)


def _schedules(comparison: Comparison) -> tuple[str, ...]:
    """Return in how many other schedules no difference was seen; where one was, the row of the table tells it."""
    unharmed = (
        (each.strategy, times(each.schedules.tried, "schedule"))
        for each in comparison.candidates
        if each.schedules is not None and each.schedules.tried and each.schedules.finding is None
        if status_of(each) is not Status.DIFFERENT
    )
    told = [(", ".join(names), many) for many, names in owners_of(unharmed).items()]
    first = [f"{names}: no difference in {many}" for names, many in told[:1]]
    return ("; ".join([*first, *(f"{names}: in {many}" for names, many in told[1:])]),) if told else ()


def _field(field: str, comparison: Comparison) -> str:
    """Return the field as people name it: the strategy instead of its index."""
    if field == "candidates":
        return "all candidates"
    match = _CANDIDATE.fullmatch(field)
    if match is None or int(match[1]) >= len(comparison.candidates):
        return field
    return f"{comparison.candidates[int(match[1])].strategy} {match[2]}".rstrip()


def _recommendation(comparison: Comparison) -> tuple[str, ...]:
    """Return the reason, without the parts that the first line says already; where nothing is right, that says all."""
    others = compared(comparison)
    if others and all(each.wall_s is None or status_of(each) is Status.DIFFERENT for each in others):
        return ()
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

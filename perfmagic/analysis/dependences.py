"""What must stay in order inside a block, and why.

A block becomes a list of steps: for each statement its operations in evaluation order, and around them the code that is
no operation. Two steps depend on each other if one writes what the other touches, if both use a resource that allows one
operation at a time, or if control flow makes one a condition of the other. The invariant: an absent dependence means that
exchanging or overlapping the two steps leaves every result as it is, as far as `Effects` tell the truth.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.gaps import TAKE_OUT, around, clock_gaps
from perfmagic.analysis.hints import (
    COMMITMENT,
    EXCLUSIVE,
    VALUE,
    advice,
    after_guard,
    writing,
)
from perfmagic.analysis.hints import reason as told
from perfmagic.analysis.sides import MEMORY, Commitment, Side, SideIndex, in_order, side_of
from perfmagic.analysis.statements import Lines
from perfmagic.analysis.steps import Step

DependenceKind = Literal["flow", "anti", "output", "effect", "control"]

TOLD_BY_READING = MEMORY | {Kind.CLOCK, Kind.CONTEXT, Kind.TASK}
"""Kinds of which it matters who reads what another has written, even if both write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """A reason why ``later`` must not start before ``earlier`` has ended; both are step indices in ``block``.

    Attributes
    ----------
    kind
        The class of the dependence.
    cause
        The class of the reason, as `Refusal.kind` has it: finer than ``kind``.
    location
        What both touch, if that is the reason.
    label
        How a message names it.
    lines
        From the first line of the earlier to the last line of the later step.
    reason
        A sentence without the final stop.
    hint
        What the user can do.
    """

    block: int
    kind: DependenceKind
    cause: str
    earlier: int
    later: int
    label: str
    lines: Lines
    reason: str
    location: Location | None = None
    hint: str | None = None


def dependences_of(block: Block, steps: Sequence[Step]) -> tuple[Dependence, ...]:
    """Return every reason that keeps two steps of a block in order; of too many steps, that they stay as they are."""
    if len(steps) > MOST_STEPS:
        return tuple(_in_a_row(block, steps))
    index = SideIndex()
    found: list[Dependence] = []
    for step in steps:
        later = side_of(step)
        for earlier in index.related_to(later):
            found.extend(conflicts(block.key, earlier, later))
        index.add(later)
    return (*found, *_timed(block, steps))


def _timed(block: Block, steps: Sequence[Step]) -> Iterator[Dependence]:
    """Yield what keeps operations apart between two readings of the clock."""
    for first, last in clock_gaps(steps):
        reason, lines = around(first, last)
        between = [each for each in steps[first.index + 1 : last.index] if each.role == "operation"]
        for earlier, later in pairwise(between):
            yield replace(_effect(block, "effect", earlier, later, reason, TAKE_OUT), lines=lines)


def _in_a_row(block: Block, steps: Sequence[Step]) -> Iterator[Dependence]:
    reason = f"more than {MOST_STEPS} pieces of code stand in one block, which is more than are compared"
    for earlier, later in pairwise(steps):
        yield from (each for at in later.needs for each in conflicts(block.key, steps[at], later))
        yield _effect(block, "unknown", earlier, later, reason, "divide the cell")


def _effect(block: Block, cause: str, earlier: Step, later: Step, reason: str, hint: str) -> Dependence:
    return Dependence(
        block=block.key,
        kind="effect",
        cause=cause,
        earlier=earlier.index,
        later=later.index,
        label="",
        lines=(earlier.lines[0], later.lines[1]),
        reason=reason,
        hint=hint,
    )


def conflicts(block: int, earlier: Step | Side, later: Step | Side) -> Iterator[Dependence]:
    """Yield the reasons why two steps must keep their order, the most telling one first."""
    first = earlier if isinstance(earlier, Side) else side_of(earlier)
    second = later if isinstance(later, Side) else side_of(later)
    for kind, cause, location, reason, hint in _reasons(first, second):
        one, other = first.step, second.step
        yield Dependence(
            block=block,
            kind=kind,
            cause=cause,
            earlier=one.index,
            later=other.index,
            label=location.label if location is not None else "",
            lines=(min(one.lines[0], other.lines[0]), max(one.lines[1], other.lines[1])),
            reason=reason,
            location=location,
            hint=hint,
        )


MOST_STEPS = 2_000
"""Steps of a block that are compared with each other, each with each."""

SEVERITY = ("exclusive", "unknown", "effect", "output", "anti", "flow", "control")
"""Causes from the most to the least useful to a reader."""

Reason = tuple[DependenceKind, str, Location | None, str, str | None]


def _reasons(first: Side, second: Side) -> Iterator[Reason]:
    earlier, later = first.step, second.step
    if earlier.index in later.needs:
        yield "flow", "flow", None, f"line {later.lines[0]} uses the value of the operation inside it", VALUE
    if first.exclusive and second.exclusive:
        yield from _exclusive(first, second)
    if first.barrier is not None or second.barrier is not None:
        yield from _barriers(first, second)
    if not (first.writes.isdisjoint(second.touched) and second.writes.isdisjoint(first.touched)):
        yield from _shared(earlier, later)
    if earlier.guard is not None and earlier.statement != later.statement:
        yield "control", "control", None, earlier.guard, after_guard(earlier.guard)
    if second.commits is not None:
        yield from _commitment(earlier, later, second.commits)


def _exclusive(first: Side, second: Side) -> Iterator[Reason]:
    for location in in_order(first.exclusive & second.exclusive):
        where = _where(first.step, second.step)
        yield (
            "effect",
            "exclusive",
            location,
            f"{where} use {location.label}, which allows one operation at a time",
            EXCLUSIVE,
        )


def _barriers(first: Side, second: Side) -> Iterator[Reason]:
    for side, other in ((second, first), (first, second)):
        if side.barrier is not None and not other.idle:
            cause, reason, hint = side.barrier
            yield "effect", cause, None, reason, hint
            return


def _shared(earlier: Step, later: Step) -> Iterator[Reason]:
    first, second = earlier.effects, later.effects
    both = first.writes & second.writes
    # What both write outside of memory, both read too: that they write it tells all there is.
    told_by_writing = frozenset(each for each in both if each.kind not in TOLD_BY_READING)
    found: tuple[tuple[DependenceKind, frozenset[Location]], ...] = (
        ("output", told_by_writing),
        ("flow", (first.writes & second.reads) - told_by_writing),
        ("anti", (first.reads & second.writes) - told_by_writing),
        ("output", both - told_by_writing),
    )
    for kind, shared in found:
        for location in in_order(shared):
            own: DependenceKind = kind if location.kind in MEMORY else "effect"
            why = told(kind, location, earlier.lines[0], later.lines[0])
            yield own, own, location, why, advice(kind, location)


def _commitment(earlier: Step, later: Step, commits: Commitment) -> Iterator[Reason]:
    """Keep what cannot be taken back behind every earlier step that may still fail."""
    risky = earlier.may_fail or (commits.outside and earlier.role == "operation")
    if risky and earlier.statement != later.statement:
        written = writing(commits.location, "s")
        reason = f"line {later.lines[0]} {written}, and line {earlier.lines[0]} may fail before it"
        yield "control", "control", None, reason, COMMITMENT


def is_commitment(dependence: Dependence, earlier: Step) -> bool:
    """Whether the reason is that a write could not be taken back if the earlier step failed."""
    return dependence.kind == "control" and dependence.location is None and dependence.reason != earlier.guard


def _where(earlier: Step, later: Step) -> str:
    first, second = earlier.lines[0], later.lines[0]
    return f"lines {first} and {second}" if first != second else f"the operations on line {first}"


def severity(dependence: Dependence) -> tuple[int, bool, int]:
    """Return a key that sorts dependences so that the one most useful to the user comes first."""
    is_name = dependence.location is None or dependence.location.kind is Kind.NAME
    rank = SEVERITY.index(dependence.cause) if dependence.cause in SEVERITY else len(SEVERITY)
    return rank, is_name, dependence.lines[0]


def assumable(dependence: Dependence, steps: Sequence[Step], lines: frozenset[int] | None) -> bool:
    """Whether the user's assumption covers a dependence: one between operations on these lines, never a name's flow."""
    if lines is None:
        return False
    earlier, later = steps[dependence.earlier], steps[dependence.later]
    if later.role != "operation" or later.pinned is not None or dependence.earlier in later.needs:
        return False
    if dependence.kind == "control":
        return earlier.guard is None and (not lines or _on(later.lines, lines))
    if earlier.role != "operation" or earlier.pinned is not None:
        return False
    if dependence.kind == "flow" and _hands_over(dependence, later):
        return False
    return not lines or all(_on(step.lines, lines) for step in (earlier, later))


def _hands_over(dependence: Dependence, later: Step) -> bool:
    """Whether the statement itself names what it reads; a global that only the called function reads is an effect."""
    location = dependence.location
    if location is None or location.kind is not Kind.NAME:
        return False
    if later.operation is None or location not in later.hidden.reads:
        return True
    return any(
        isinstance(each, ast.Name) and each.id == location.label for each in ast.walk(later.operation.node)
    )


def _on(span: Lines, lines: frozenset[int]) -> bool:
    return any(span[0] <= line <= span[1] for line in lines)

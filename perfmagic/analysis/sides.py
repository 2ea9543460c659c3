"""What counts of a step when it is held against others, worked out once: most pairs of a long cell have nothing in common."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.hints import PACING, UNKNOWN
from perfmagic.analysis.steps import Step

MEMORY = frozenset({Kind.NAME, Kind.OBJECT})
BUSY = frozenset({Kind.EXCLUSIVE, Kind.SERIALISED})
"""Kinds that say that something is in use: that alone leaves nothing behind."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """What an operation writes that cannot be taken back, by its first location, and whether others can see it."""

    location: Location
    outside: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One step of a pair.

    Attributes
    ----------
    step
        The step.
    touched
        What it reads or writes.
    writes
        What it writes.
    exclusive
        What it uses that allows one operation at a time.
    idle
        Whether it does nothing that could be noticed.
    barrier
        Why nothing is known about its effects: class of the cause, reason, hint.
    commits
        What it writes that cannot be taken back.
    """

    step: Step
    touched: frozenset[Location]
    writes: frozenset[Location]
    exclusive: frozenset[Location]
    idle: bool
    barrier: tuple[str, str, str] | None
    commits: Commitment | None


def side_of(step: Step) -> Side:
    """Return what counts of a step when it is held against others."""
    effects = step.effects
    touched = effects.reads | effects.writes
    return Side(
        step=step,
        touched=touched,
        writes=effects.writes,
        exclusive=frozenset(each for each in touched if each.kind is Kind.EXCLUSIVE),
        idle=step.role != "operation" and not touched,
        barrier=_barrier(step),
        commits=_commitment(step),
    )


def _barrier(step: Step) -> tuple[str, str, str] | None:
    if not step.effects.barriers:
        return None
    barrier = step.effects.barriers[0]
    named = barrier.reason.startswith("line ")
    return (
        "effect" if barrier.hint == PACING else "unknown",
        barrier.reason if named else f"line {barrier.line}: {barrier.reason}",
        barrier.hint or UNKNOWN,
    )


def _commitment(step: Step) -> Commitment | None:
    if step.role != "operation":
        return None
    writes = frozenset(each for each in step.effects.writes - step.made if each.kind not in BUSY)
    if not writes:
        return None
    outside = any(each.kind not in MEMORY and not _made_by(step, each) for each in writes)
    return Commitment(in_order(writes)[0], outside)


def _made_by(step: Step, location: Location) -> bool:
    """Whether the step makes the resource itself: before it, there is nothing to have touched."""
    site: tuple[object, ...] = getattr(location.key, "site", ())
    return step.operation is not None and any(id(each) in site for each in ast.walk(step.operation.node))


def in_order(locations: Iterable[Location]) -> list[Location]:
    """Return locations in the order in which a message names them: what allows one operation at a time comes first."""
    return sorted(locations, key=_rank)


def _rank(location: Location) -> tuple[bool, bool, str, str]:
    kind = location.kind
    return kind is not Kind.EXCLUSIVE, kind is not Kind.NAME, kind.value, location.label


@dataclass(slots=True)
class SideIndex:
    """Steps by what they touch, to find those that a later one may have to do with. Sets of steps are bits of integers."""

    _sides: list[Side] = field(default_factory=list[Side])
    _touching: dict[Location, int] = field(default_factory=dict[Location, int])
    _writing: dict[Location, int] = field(default_factory=dict[Location, int])
    _holding: int = 0

    def add(self, side: Side) -> None:
        """Add the next step."""
        bit = 1 << len(self._sides)
        self._sides.append(side)
        if side.barrier is not None or side.step.guard is not None:
            self._holding |= bit
        for each in side.touched:
            self._touching[each] = self._touching.get(each, 0) | bit
        for each in side.writes:
            self._writing[each] = self._writing.get(each, 0) | bit

    def related_to(self, later: Side) -> Iterator[Side]:
        """Yield the steps so far which must perhaps stay before another one, in order."""
        if later.barrier is not None or later.commits is not None or later.step.needs:
            yield from self._sides
            return
        found = self._holding
        for each in later.touched:
            used = (
                self._writing if each not in later.writes and each not in later.exclusive else self._touching
            )
            found |= used.get(each, 0)
        while found:
            lowest = found & -found
            yield self._sides[lowest.bit_length() - 1]
            found ^= lowest

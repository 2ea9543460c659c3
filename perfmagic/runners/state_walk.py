"""The walk from names and objects to everything mutable that they reach.

The invariant: no code of the user runs, each object is visited once, and every object seen stays alive as long as the
records do, so that no identity is used twice.
"""

import gc
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from perfmagic.errors import RunError
from perfmagic.runners.state_keeping import AnyKeeper, Ending, Fixed
from perfmagic.runners.state_kinds import ATOMIC, DEFIES, STREAM, is_output_stream
from perfmagic.runners.state_shapes import Shapes


class StateTooLarge(RunError):  # noqa: N818 - like all errors here it is named for what is wrong
    """The state to save needs more memory than allowed.

    Attributes
    ----------
    label
        The name or object whose state did not fit.
    size_bytes
        About how many bytes were needed when the walk stopped.
    """

    def __init__(self, label: str, size_bytes: int, limit_bytes: int) -> None:
        self.label = label
        self.size_bytes = size_bytes
        super().__init__(
            f"saving the state that {label!r} reaches needs more than {size_bytes / 1e6:,.0f} MB, and "
            f"{limit_bytes / 1e6:,.0f} MB are free for it: the cell is not run again. Free memory, or use --once."
        )


@dataclass(frozen=True, slots=True)
class Met:
    """An object at which the walk ended, with the number of the record that led to it."""

    subject: object
    ending: Ending
    parent: int


Record: TypeAlias = tuple[object, AnyKeeper, object, int]
"""Object, keeper, what was taken, and the number of the record that led to it, or ``-1 - r`` for root ``r``.

A plain tuple, because there may be hundreds of thousands.
"""


@dataclass(slots=True)
class Records:
    """What one walk saved; the number of a record is its place in ``rows``."""

    labels: list[str] = field(default_factory=list[str])
    rows: list[Record] = field(default_factory=list[Record])
    met: list[Met] = field(default_factory=list[Met])
    size_bytes: int = 0
    _steps: dict[int, dict[int, str]] = field(default_factory=dict[int, dict[int, str]])

    def changed(self) -> Iterator[Record]:
        """Yield the records of the objects that hold something else now."""
        return (row for row in self.rows if not _same(row))

    def path(self, parent: int, subject: object) -> str:
        """Return how people reach ``subject``, which record ``parent`` led to."""
        steps: list[str] = []
        while parent >= 0:
            steps.append(self._step(parent, subject))
            subject, _, _, parent = self.rows[parent]
        return self.labels[-1 - parent] + "".join(reversed(steps))

    def root_label(self, parent: int) -> str:
        """Return the label of the root that record ``parent`` hangs from."""
        while parent >= 0:
            parent = self.rows[parent][3]
        return self.labels[-1 - parent]

    def _step(self, parent: int, subject: object) -> str:
        steps = self._steps.get(parent)
        if steps is None:  # worked out for all parts at once: a list may hold 200,000 changed ones
            _, keeper, taken, _ = self.rows[parent]
            named = keeper.named_parts(taken)
            steps = self._steps[parent] = {id(part): step for step, part in named}
        return steps.get(id(subject), "")


class Walk:
    """One walk, root by root.

    Parameters
    ----------
    skip
        Objects that are not looked into, such as the namespace itself.
    limit_bytes
        The most that the saved contents may need.
    """

    def __init__(self, skip: Iterable[object] = (), limit_bytes: int | None = None) -> None:
        self.records = Records()
        self._skipped = list(skip)
        self._seen = set(map(id, self._skipped))
        self._shapes = Shapes()
        self._limit_bytes = limit_bytes
        self._noting = True
        self._pending: list[tuple[int, Collection[object]]] = []

    def add(self, label: str, root: object, *, noting: bool = True) -> None:
        """Save everything that ``root`` reaches and that was not saved before.

        ``noting`` says whether objects at which the walk ends are noted.

        Raises
        ------
        StateTooLarge
            If the saved contents exceed the limit.
        """
        records = self.records
        self._noting = noting
        records.labels.append(label)
        collecting = gc.isenabled()
        gc.disable()  # the records are all in use: to collect among them takes as long as to make them
        try:
            self._follow(-len(records.labels), _mutable((root,)))
        finally:
            if collecting:
                gc.enable()

    def has_seen(self, subject: object) -> bool:
        """Return whether the walk came across the object."""
        return id(subject) in self._seen

    def _follow(self, parent: int, parts: Collection[object]) -> None:
        seen, shape_of = self._seen, self._shapes.of
        self._pending = [(parent, parts)]
        while self._pending:
            parent, parts = self._pending.pop()
            for part in parts:
                if id(part) in seen:
                    continue
                seen.add(id(part))
                try:
                    keepers, ending = shape_of(type(part))
                except Exception:  # noqa: BLE001 - a class that defies looking at it is no reason to fail
                    keepers, ending = (), DEFIES
                if ending is not None:
                    self._meet(part, STREAM if is_output_stream(part) else ending, parent)
                for keeper in keepers:
                    self._try_to_save(part, keeper, parent)

    def _meet(self, subject: object, ending: Ending, parent: int) -> None:
        if self._noting:
            self.records.met.append(Met(subject, ending, parent))

    def _try_to_save(self, subject: object, keeper: AnyKeeper, parent: int) -> None:
        """Save one object; one that does not let its contents be taken is an end of the walk."""
        try:
            self._save(subject, keeper, parent)
        except StateTooLarge:
            raise
        except Exception:  # noqa: BLE001 - whatever an object of the user does, the others are saved
            self._meet(subject, DEFIES, parent)

    def _save(self, subject: object, keeper: AnyKeeper, parent: int) -> None:
        records = self.records
        records.size_bytes += keeper.weigh(subject)
        if self._limit_bytes is not None and records.size_bytes > self._limit_bytes:
            raise StateTooLarge(records.labels[-1], records.size_bytes, self._limit_bytes)
        taken = keeper.take(subject)
        parts = _mutable(keeper.parts(taken))
        if parts:
            self._pending.append((len(records.rows), parts))
        elif isinstance(keeper, Fixed):
            return  # it cannot change and leads nowhere: a tuple of numbers
        records.rows.append((subject, keeper, taken, parent))


def _same(row: Record) -> bool:
    subject, keeper, taken, _ = row
    try:
        return keeper.same(subject, taken)
    except Exception:  # noqa: BLE001 - it was looked into before; so it changed, and `put` says why it cannot be put back
        return False


def _mutable(parts: Collection[object]) -> Collection[object]:
    """Leave out the values that cannot change, which are most of what there is."""
    try:
        return [part for part in parts if type(part) not in ATOMIC]
    except TypeError:  # a metaclass without a hash
        return parts

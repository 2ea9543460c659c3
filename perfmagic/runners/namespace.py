"""Saving the state that a cell may change, and putting it back into the same objects.

Copies do not serve: closures, defaults, bound methods and class attributes would still reach the originals. So nothing
is ever replaced by a copy; bindings and contents are put back where they were. Nothing here runs code of the user.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from perfmagic.errors import RunError
from perfmagic.runners.state_attributes import name_of
from perfmagic.runners.state_keeping import Kind
from perfmagic.runners.state_walk import Records, StateTooLarge, Walk

__all__ = ["Change", "RestoreFailed", "SavedState", "StateTooLarge", "Unrestorable", "save"]


class RestoreFailed(RunError):  # noqa: N818 - like all errors here it is named for what is wrong
    """Some objects could not be put back; all others were.

    Attributes
    ----------
    labels
        How people reach the objects that could not.
    """

    def __init__(self, labels: tuple[str, ...], reason: str) -> None:
        self.labels = labels
        super().__init__(
            f"the state before the run could not be put back into {', '.join(labels)}: {reason}. "
            "Run the cells that make these objects again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One binding or object that is not as it was saved.

    Attributes
    ----------
    label
        How people reach it: ``orders``, ``state.items[3]``.
    kind
        ``binding`` if the name now means something else, ``contents`` if the object holds something else.
    value
        The object as it is now; ``None`` for a name that is gone.
    """

    label: str
    kind: Literal["binding", "contents"]
    value: object

    @property
    def existing(self) -> bool:
        """Whether an object that was there before holds something else, and not only a name was bound anew."""
        return self.kind == "contents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrestorable:
    """Something reachable that is not put back.

    Attributes
    ----------
    label
        How people reach it.
    type_name
        Name of its type.
    kind
        ``shared``: a resource that runs use together, no obstacle by itself; ``iterator``: used up by reading;
        ``opaque``: it holds state that cannot be reached.
    reason
        Why, in a few words.
    """

    label: str
    type_name: str
    kind: Kind
    reason: str


class _Absent:
    """Stands for the value of a name that is not bound."""


ABSENT = _Absent()


def save(
    namespace: dict[str, object],
    *,
    names: Collection[str],
    roots: Sequence[tuple[str, object]],
    limit_bytes: int | None = None,
) -> "SavedState":
    """State of names and objects as of now, to be put back any number of times.

    Parameters
    ----------
    namespace
        The names of the notebook; the dict itself is kept.
    names
        Names whose bindings are saved, bound or not; what they mean now is saved like the roots.
    roots
        Objects, each with a label for people, whose reachable mutable state is saved.
    limit_bytes
        The most that the saved contents may need, ``None`` for no limit.

    Raises
    ------
    StateTooLarge
        If the contents need more than ``limit_bytes``; nothing was changed.
    """
    bindings = {name: namespace.get(name, ABSENT) for name in names}
    walk = _walk(namespace, bindings, roots, limit_bytes)
    return SavedState(namespace, bindings, tuple(roots), walk.records, limit_bytes)


def _walk(
    namespace: dict[str, object],
    bindings: Mapping[str, object],
    roots: Sequence[tuple[str, object]],
    limit_bytes: int | None,
) -> Walk:
    walk = Walk((namespace,), limit_bytes)
    for label, root in roots:
        walk.add(label, root)
    for name, value in bindings.items():
        if value is not ABSENT:
            walk.add(name, value, noting=False)
    return walk


class SavedState:
    """Bindings of names and contents of objects as they were at one moment; made by `save`."""

    def __init__(
        self,
        namespace: dict[str, object],
        bindings: dict[str, object],
        roots: tuple[tuple[str, object], ...],
        records: Records,
        limit_bytes: int | None,
    ) -> None:
        self._namespace = namespace
        self._bindings = bindings
        self._roots = roots
        self._records = records
        self._limit_bytes = limit_bytes

    @property
    def size_bytes(self) -> int:
        """About how much memory the saved contents need."""
        return self._records.size_bytes

    @property
    def unrestorable(self) -> tuple[Unrestorable, ...]:
        """What the roots reach and is not put back; of shared and opaque things the first of each type.

        What only a name means now is left out: the cell may bind the name anew without looking at that object, such as
        a figure or an iterator of an earlier run.
        """
        found: dict[object, Unrestorable] = {}
        for met in self._records.met:
            kind = type(met.subject)
            key = id(met.subject) if met.ending.kind == "iterator" else (id(kind), met.ending)
            if key not in found:
                found[key] = Unrestorable(
                    label=self._records.path(met.parent, met.subject),
                    type_name=name_of(kind),
                    kind=met.ending.kind,
                    reason=met.ending.reason,
                )
        return tuple(found.values())

    def restore(self) -> None:
        """Put bindings and contents back into the same objects; what did not change is not written to.

        Raises
        ------
        RestoreFailed
            If an object does not let its contents be put back; everything else was.
        """
        self._restore_bindings()
        records = self._records
        failed: dict[str, Exception] = {}
        for subject, keeper, taken, parent in records.changed():
            try:
                keeper.put(subject, taken)
            except Exception as error:  # noqa: BLE001 - whatever one object does, the others are put back
                failed[records.path(parent, subject)] = error
        if failed:
            raise RestoreFailed(tuple(failed), str(next(iter(failed.values()))))

    def again(self) -> "SavedState":
        """State of the same names and objects as of now, and of everything that they reach now.

        Raises
        ------
        StateTooLarge
            As `save`.
        """
        bindings = {name: self._namespace.get(name, ABSENT) for name in self._bindings}
        walk = _walk(self._namespace, bindings, self._roots, self._limit_bytes)
        records = self._records
        for subject, _, _, parent in records.rows:
            # an object may be out of reach from here now, and still be in reach for others
            if not walk.has_seen(subject):
                walk.add(records.root_label(parent), subject, noting=False)
        return SavedState(self._namespace, bindings, self._roots, walk.records, self._limit_bytes)

    def changed(self) -> tuple[Change, ...]:
        """Return the bindings and objects that are not as they were saved."""
        found = [
            Change(label=name, kind="binding", value=self._namespace.get(name))
            for name, value in self._bindings.items()
            if self._namespace.get(name, ABSENT) is not value
        ]
        records = self._records
        found += [
            Change(label=records.path(parent, subject), kind="contents", value=subject)
            for subject, _, _, parent in records.changed()
        ]
        return tuple(found)

    def _restore_bindings(self) -> None:
        for name, value in self._bindings.items():
            if value is ABSENT:
                self._namespace.pop(name, None)
            elif self._namespace.get(name, ABSENT) is not value:
                self._namespace[name] = value

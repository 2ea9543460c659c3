"""Objects written in C whose state a method of their own type tells: weak references, random generators, database rows."""

import random
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, cast

from perfmagic.verification.naming import ancestry, class_name, members
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, brief, type_text


class _Row(Protocol):
    def keys(self) -> Iterable[str]: ...
    def __iter__(self) -> Iterator[object]: ...


class RecordPicture(Picture):
    """What the type's own method tells, field by field."""

    __slots__ = ("fields",)

    def fill(self, value: object, camera: Camera) -> None:
        """Ask the method of the library's type, not of a subclass."""
        read = next(_READERS[name] for name in map(class_name, ancestry(self.cls)) if name in _READERS)
        self.fields = camera.see(read(value, self.cls))

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Field by field."""
        assert isinstance(actual, RecordPicture)
        judge.visit(self.fields, actual.fields, (trail, self, None))

    def parts(self) -> tuple[object, ...]:
        """The fields."""
        return (self.fields,)

    def step(self, key: object) -> str:
        """Paths do not mention the holder of the fields."""
        return "" if key is None else super().step(key)

    def sketch(self, depth: int) -> str:
        """The type and the fields."""
        return f"{type_text(self.cls)}({brief(self.fields, depth - 1) if depth else '...'})"


class RowPicture(RecordPicture):
    """A row of a database, a time zone: it cannot change."""

    __slots__ = ()
    mutable = False
    stateful = False


def record_kind(cls: type) -> type[Picture] | None:
    """Pictures of C objects that can tell their state."""
    names = set(map(class_name, ancestry(cls)))
    if ("random", "SystemRandom") in names or names.isdisjoint(_READERS):
        return None
    return RowPicture if names & {*_ROWS, _ZONE} else RecordPicture


def _weak_reference(value: object, cls: type) -> object:
    del cls
    return weakref.ref[object].__call__(cast("weakref.ref[object]", value))


def _random(value: object, cls: type) -> object:
    del cls
    assert isinstance(value, random.Random)
    return (random.Random.__mro__[1].getstate(value), value.__dict__.get("gauss_next"))  # type: ignore[attr-defined]


def _row(value: object, cls: type) -> object:
    base = next(base for base in ancestry(cls) if class_name(base) in _ROWS)
    row = cast("type[_Row]", base)
    pairs = tuple(zip(row.keys(cast("_Row", value)), row.__iter__(cast("_Row", value)), strict=True))
    # A query may give two columns the same name.
    return dict(pairs) if len(dict(pairs)) == len(pairs) else pairs


def _zone(value: object, cls: type) -> object:
    base = next(base for base in ancestry(cls) if class_name(base) == _ZONE)
    return members(base)["key"].__get__(value)  # type: ignore[attr-defined]


_ZONE = ("zoneinfo", "ZoneInfo")
_ROWS = frozenset({("sqlite3", "Row"), ("asyncpg", "Record"), ("asyncpg.protocol.record", "Record")})
_READERS: Mapping[tuple[str, str], Callable[[object, type], object]] = {
    ("weakref", "ReferenceType"): _weak_reference,
    ("random", "Random"): _random,
    _ZONE: _zone,
    **dict.fromkeys(_ROWS, _row),
}

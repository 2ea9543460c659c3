"""Immutable values of the standard library: decimals, dates, paths, patterns, ranges, ... by what they say."""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from pathlib import PurePath
from types import GenericAlias, UnionType
from typing import cast

from perfmagic.model.verdict import Status
from perfmagic.verification.naming import nearest
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, brief, type_text


class ValuePicture(Picture):
    """A value: its fields in order. Where another spelling means the same, ``meaning`` says what, and the two are close."""

    __slots__ = ("fields", "meaning")
    mutable = False

    def fill(self, value: object, camera: Camera) -> None:
        """Read the fields by the descriptors of the library's type."""
        read = nearest(self.cls, _READERS)
        assert read is not None
        fields, self.meaning = read(value)
        self.fields = camera.see_all(fields)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Field by field, unless both only spell the same differently."""
        assert isinstance(actual, ValuePicture)
        same_length = len(self.fields) == len(actual.fields)
        alike = same_length and all(
            isinstance(left, Picture) or (type(left) is type(right) and left == right)
            for left, right in zip(self.fields, actual.fields, strict=True)
        )
        if not alike:
            close = self.meaning is not None and self.meaning == actual.meaning
            judge.findings.found(
                Status.CLOSE if close else Status.DIFFERENT, trail, self.sketch(2), actual.sketch(2)
            )
            return
        judge.visit_all(self.fields, actual.fields, (trail, self), range(len(self.fields)))

    def parts(self) -> tuple[object, ...]:
        """The fields, unless a meaning stands for them."""
        return self.fields if self.meaning is None else ()

    def key(self) -> Hashable:
        """The meaning."""
        return self.meaning

    def sketch(self, depth: int) -> str:
        """The type and the fields."""
        if not depth:
            return f"{type_text(self.cls)}(...)"
        return f"{type_text(self.cls)}({', '.join(brief(field, depth - 1) for field in self.fields)})"


class ScalarPicture(ValuePicture):
    """A scalar of a user's subclass: the plain scalar below it; attributes are compared like those of any instance."""

    __slots__ = ()

    def fill(self, value: object, camera: Camera) -> None:
        """Read the plain scalar past the subclass."""
        del camera
        plain = nearest(self.cls, _PLAIN)
        assert plain is not None
        self.meaning = None
        self.fields = (plain(value),)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """As scalars of the plain type."""
        assert isinstance(actual, ScalarPicture)
        judge.visit(self.fields[0], actual.fields[0], trail)


Reading = tuple[tuple[object, ...], Hashable]


def value_kind(cls: type) -> type[Picture] | None:
    """Pictures of immutable values of the standard library, subclasses included."""
    if nearest(cls, _READERS):
        return ValuePicture
    return ScalarPicture if nearest(cls, _PLAIN) else None


def _decimal(value: object) -> Reading:
    assert isinstance(value, Decimal)
    sign, digits, exponent = Decimal.as_tuple(value)
    text = Decimal.__str__(value)
    if isinstance(exponent, str):
        return (text,), None
    number = "".join(map(str, digits))
    shorter = number.rstrip("0")
    meaning = (sign, shorter.lstrip("0"), exponent + len(number) - len(shorter)) if shorter else (0, "", 0)
    return (text,), meaning


def _range(value: object) -> Reading:
    assert isinstance(value, range)
    length = len(value) if abs(value.stop) < 1 << 60 and abs(value.start) < 1 << 60 else -1
    meaning = None if length < 0 else (length, value[0], value[-1]) if length else ()
    return (value.start, value.stop, value.step), meaning


def _fields(cls: type, *names: str) -> Callable[[object], Reading]:
    """A reader that takes the named members of the very type, whatever a subclass says."""
    readers = [next(base.__dict__[name] for base in cls.__mro__ if name in base.__dict__) for name in names]
    return lambda value: (tuple(reader.__get__(value) for reader in readers), None)


def _path(value: object) -> Reading:
    assert isinstance(value, PurePath)
    return (PurePath.__str__(value),), None


def _timezone(value: object) -> Reading:
    assert isinstance(value, dt.timezone)
    return tuple(dt.timezone.__getinitargs__(value)), None  # type: ignore[attr-defined]


_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond", "fold", "tzinfo")


def _plain_bytes(value: bytes) -> bytes:
    return bytes.__getitem__(value, slice(None))


_READERS: Mapping[type, Callable[[object], Reading]] = {
    Decimal: _decimal,
    range: _range,
    slice: _fields(slice, "start", "stop", "step"),
    dt.datetime: _fields(dt.datetime, *_DATE, *_TIME),
    dt.date: _fields(dt.date, *_DATE),
    dt.timedelta: _fields(dt.timedelta, "days", "seconds", "microseconds"),
    dt.time: _fields(dt.time, *_TIME),
    dt.timezone: _timezone,
    PurePath: _path,
    re.Pattern: _fields(re.Pattern, "pattern", "flags"),
    GenericAlias: _fields(GenericAlias, "__origin__", "__args__"),
    cast("type", UnionType): _fields(cast("type", UnionType), "__args__"),
}
_PLAIN: Mapping[type, Callable[..., object]] = {
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    str: str.__str__,
    bytes: _plain_bytes,
}

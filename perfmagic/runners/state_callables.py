"""Keepers of what callables carry along: closure cells, defaults, attributes, bound receivers, partial arguments."""

import functools
import gc
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from perfmagic.runners.state_keeping import POINTER_BYTES, RECORD_BYTES, AnyKeeper, Fixed, same_items


class _Empty:
    """Stands for the contents of a closure cell that holds nothing yet."""


EMPTY = _Empty()


def _contents(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return EMPTY


class _CellKeeper:
    """Closure cells: what ``nonlocal`` rebinds."""

    def weigh(self, subject: types.CellType) -> int:
        del subject
        return POINTER_BYTES

    def take(self, subject: types.CellType) -> tuple[object]:
        return (_contents(subject),)

    def same(self, subject: types.CellType, taken: tuple[object]) -> bool:
        return _contents(subject) is taken[0]

    def put(self, subject: types.CellType, taken: tuple[object]) -> None:
        if taken[0] is not EMPTY:
            subject.cell_contents = taken[0]
        elif _contents(subject) is not EMPTY:
            del subject.cell_contents

    def parts(self, taken: tuple[object]) -> tuple[object, ...]:
        return () if taken[0] is EMPTY else taken

    def named_parts(self, taken: tuple[object]) -> Iterator[tuple[str, object]]:
        return (("", each) for each in self.parts(taken))


@dataclass(frozen=True, slots=True)
class FunctionState:
    """What a function is made of; the dicts are kept as objects of their own."""

    code: types.CodeType
    defaults: tuple[object, ...] | None
    keyword_defaults: dict[str, object] | None
    attributes: dict[str, object]
    closure: tuple[types.CellType, ...]

    def objects(self) -> tuple[object, ...]:
        """Return the parts that can be assigned."""
        return (self.code, self.defaults, self.keyword_defaults, self.attributes)


class _FunctionKeeper:
    """Functions written in Python; the globals that they read are not theirs."""

    def weigh(self, subject: types.FunctionType) -> int:
        del subject
        return RECORD_BYTES

    def take(self, subject: types.FunctionType) -> FunctionState:
        return FunctionState(
            subject.__code__,
            subject.__defaults__,
            subject.__kwdefaults__,
            subject.__dict__,
            subject.__closure__ or (),
        )

    def same(self, subject: types.FunctionType, taken: FunctionState) -> bool:
        return same_items(self.take(subject).objects(), taken.objects())

    def put(self, subject: types.FunctionType, taken: FunctionState) -> None:
        subject.__code__ = taken.code
        subject.__defaults__ = taken.defaults
        subject.__kwdefaults__ = taken.keyword_defaults
        subject.__dict__ = taken.attributes

    def parts(self, taken: FunctionState) -> list[object]:
        return [each for _, each in self.named_parts(taken)]

    def named_parts(self, taken: FunctionState) -> Iterator[tuple[str, object]]:
        for name, cell in zip(taken.code.co_freevars, taken.closure, strict=False):
            yield f" closure {name}", cell
        for default in taken.defaults or ():
            yield " default", default
        if taken.keyword_defaults is not None:
            yield " keyword default", taken.keyword_defaults
        yield ".__dict__", taken.attributes


class _ReferenceKeeper(Fixed):
    """Objects that only lead to others and cannot change: bound methods, partials, properties, proxies.

    Parameters
    ----------
    names
        Attributes, defined in C, to follow.
    """

    def __init__(self, *names: str) -> None:
        self._names = names

    def take(self, subject: object) -> tuple[object, ...]:
        return tuple(getattr(subject, name, None) for name in self._names)

    def parts(self, taken: tuple[object, ...]) -> tuple[object, ...]:
        return taken

    def named_parts(self, taken: tuple[object, ...]) -> Iterator[tuple[str, object]]:
        return ((f".{name}", each) for name, each in zip(self._names, taken, strict=True))


class _MemoryViewKeeper(_ReferenceKeeper):
    """Views of memory; one that was released leads nowhere."""

    def take(self, subject: object) -> tuple[object, ...]:
        try:
            return super().take(subject)
        except ValueError:
            return (None,)


class _ProxyKeeper(_ReferenceKeeper):
    """Read-only views, which name what they show to the garbage collector only."""

    def take(self, subject: object) -> tuple[object, ...]:
        return tuple(gc.get_referents(subject))

    def named_parts(self, taken: tuple[object, ...]) -> Iterator[tuple[str, object]]:
        return (("", each) for each in taken)


def _views() -> tuple[type, ...]:
    empty: dict[Any, Any] = {}
    return (types.MappingProxyType, type(empty.keys()), type(empty.values()), type(empty.items()), super)


def callable_keepers() -> tuple[tuple[type, AnyKeeper], ...]:
    """Return the types that these keepers serve."""
    wrapper = _ReferenceKeeper("__func__", "__dict__")
    return (
        (types.FunctionType, _FunctionKeeper()),
        (types.CellType, _CellKeeper()),
        (types.MethodType, _ReferenceKeeper("__self__", "__func__")),
        (types.BuiltinMethodType, _ReferenceKeeper("__self__")),
        (types.MethodWrapperType, _ReferenceKeeper("__self__")),
        (functools.partial, _ReferenceKeeper("func", "args", "keywords", "__dict__")),
        (type(functools.lru_cache(len)), _ReferenceKeeper("__wrapped__", "__dict__")),
        (staticmethod, wrapper),
        (classmethod, wrapper),
        (property, _ReferenceKeeper("fget", "fset", "fdel")),
        (memoryview, _MemoryViewKeeper("obj")),
        *((kind, _ProxyKeeper()) for kind in _views()),
    )

"""For each class: which keepers keep its instances, or why they end the walk."""

import threading
import types
from typing import Any, NamedTuple

from perfmagic.runners.state_arrays import array_keepers
from perfmagic.runners.state_attributes import class_keeper, inherits, instance_keeper
from perfmagic.runners.state_buffers import buffer_keepers
from perfmagic.runners.state_callables import callable_keepers
from perfmagic.runners.state_containers import container_keepers
from perfmagic.runners.state_fields import field_keepers
from perfmagic.runners.state_frames import frame_keepers
from perfmagic.runners.state_keeping import AnyKeeper, Ending
from perfmagic.runners.state_kinds import (
    ATOMIC,
    OPAQUE,
    hidden_base,
    is_function,
    is_users_class,
    is_value,
    library_ending,
    remembers,
    special_ending,
    top_module,
)
from perfmagic.runners.state_randomness import random_keepers

CACHES: types.MappingProxyType[str, frozenset[str]] = types.MappingProxyType(
    {"pandas": frozenset({"_cache"}), "polars": frozenset({"_df", "_s"})}
)
"""Attributes that are caches of a library, or kept in another way."""


class Shape(NamedTuple):
    """How the walk treats the instances of one class."""

    keepers: tuple[AnyKeeper, ...] = ()
    ending: Ending | None = None


NOTHING = Shape()


class Shapes:
    """The shapes of all classes met in one walk, each worked out once."""

    def __init__(self) -> None:
        self._table: tuple[tuple[type, AnyKeeper], ...] = (
            *frame_keepers(),
            *array_keepers(),
            *container_keepers(),
            *callable_keepers(),
            *buffer_keepers(),
            *random_keepers(),
            (type, class_keeper(is_users_class)),
        )
        exact = (*container_keepers(), *field_keepers())
        self._exact = {id(kind): Shape((keeper,)) for kind, keeper in exact}
        self._exact[id(threading.local)] = Shape(ending=OPAQUE)  # each thread has state of its own in it
        self._alive: list[type] = []

    def of(self, kind: type) -> Shape:
        """Return the shape of ``kind``."""
        found = self._exact.get(id(kind))  # by identity: a metaclass may define its own hash
        if found is None:
            found = self._exact[id(kind)] = self._work_out(kind)
            self._alive.append(kind)
        return found

    def _work_out(self, kind: type) -> Shape:
        if any(kind is each for each in ATOMIC):
            return NOTHING
        is_metaclass = inherits(
            kind, type
        )  # its instances are classes, whichever library the metaclass is from
        ended, ending = library_ending(kind)
        if ended and not is_value(kind) and not is_metaclass:
            return Shape(ending=ending)
        contents = self._contents(kind)
        special = None if contents else special_ending(kind)
        if special is not None:
            return Shape(ending=special)
        return self._with_attributes(kind, contents)

    def _with_attributes(self, kind: type, contents: tuple[AnyKeeper, ...]) -> Shape:
        library = top_module(kind)
        attributes = instance_keeper(
            kind, follow_class=is_users_class(kind), ignored=CACHES.get(library, frozenset())
        )
        own = inherits(kind, type) or any(kind is each for each in PLAIN_ATTRIBUTES)
        follows = () if attributes is None or own else (attributes,)
        known = contents or is_value(kind) or is_function(kind) or library in CACHES or not hidden_base(kind)
        ending = remembers(kind) or (None if known else OPAQUE)
        return Shape((*contents, *follows), ending)

    def _contents(self, kind: type) -> tuple[AnyKeeper, ...]:
        return next(((keeper,) for base, keeper in self._table if issubclass(kind, base)), ())


PLAIN_ATTRIBUTES: frozenset[Any] = frozenset({types.FunctionType, staticmethod, classmethod})
"""Classes whose ``__dict__`` their own keeper follows."""

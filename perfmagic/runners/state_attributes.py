"""Keepers of attributes: what instances and the user's own classes hold.

Attributes are read and written through the descriptors that the interpreter made for ``__dict__`` and for slots, so no
property, ``__getattr__`` or ``__setattr__`` of the user runs.
"""

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from perfmagic.runners.state_keeping import RECORD_BYTES, AnyKeeper, same_items, same_mapping

Attributes = dict[str, Any]

INTERPRETERS_ENTRIES = frozenset(
    {"__dict__", "__weakref__", "_abc_impl", "__annotations_cache__", "__static_attributes__"}
)
"""Entries of a class that the interpreter owns; they cannot be assigned or are caches."""


class _Unset:
    """Stands for a slot that holds nothing."""


UNSET = _Unset()


def mro_of(kind: type) -> tuple[type, ...]:
    """Return the classes that ``kind`` inherits from, itself first, whatever its metaclass defines."""
    mro: tuple[type, ...] = type.__dict__["__mro__"].__get__(kind)
    return mro


def entries_of(kind: type) -> Mapping[str, Any]:
    """Return what the class itself defines, whatever its metaclass defines."""
    entries: Mapping[str, Any] = type.__dict__["__dict__"].__get__(kind)
    return entries


def inherits(kind: type, base: type) -> bool:
    """Return whether ``base`` is ``kind`` or one of the classes that it inherits from."""
    return any(cls is base for cls in mro_of(kind))


def name_of(kind: type) -> str:
    """Return the name of the class, whatever its metaclass defines."""
    name: str = type.__dict__["__name__"].__get__(kind)
    return name


def dict_descriptor(kind: type) -> Any:
    """Return the interpreter's descriptor of ``__dict__`` for instances of ``kind``, ``None`` if they have none."""
    for cls in mro_of(kind):
        found = entries_of(cls).get("__dict__")
        if isinstance(found, (types.GetSetDescriptorType, types.MemberDescriptorType)):
            return found
    return None


def slot_descriptors(kind: type) -> tuple[Any, ...]:
    """Return the descriptors of all slots that classes written in Python gave to instances of ``kind``."""
    return tuple(
        entry
        for cls in mro_of(kind)
        if "__slots__" in entries_of(cls)
        for entry in entries_of(cls).values()
        if type(entry) is types.MemberDescriptorType
    )


def _slot_value(slot: Any, subject: object) -> object:
    try:
        return slot.__get__(subject)
    except AttributeError:
        return UNSET


InstanceState: TypeAlias = tuple[type, Attributes | None, Attributes, tuple[object, ...]]
"""The class, the ``__dict__`` (itself and its contents) and the slots of an instance; a tuple, for there are many."""


class _InstanceKeeper:
    """Attributes of the instances of one class."""

    def __init__(
        self, attributes: Any, slots: tuple[Any, ...], *, follow_class: bool, ignored: frozenset[str]
    ) -> None:
        self._dict = attributes
        self._slots = slots
        self._follow_class = follow_class
        self._ignored = ignored

    def weigh(self, subject: object) -> int:
        attributes = self._attributes(subject)
        return RECORD_BYTES + (0 if attributes is None else attributes.__sizeof__())

    def take(self, subject: object) -> InstanceState:
        attributes = self._attributes(subject)
        return type(subject), attributes, self._kept(attributes), self._slot_values(subject)

    def same(self, subject: object, taken: InstanceState) -> bool:
        kind, attributes, contents, slots = taken
        if type(subject) is not kind:  # the descriptors fit the class it had
            return False
        now = self._attributes(subject)
        return (
            now is attributes
            and same_mapping(self._kept(now, copy=False), contents)
            and (not self._slots or same_items(self._slot_values(subject), slots))
        )

    def put(self, subject: object, taken: InstanceState) -> None:
        kind, attributes, contents, slots = taken
        if type(subject) is not kind:
            object.__setattr__(subject, "__class__", kind)
        if attributes is not None:
            if self._attributes(subject) is not attributes:
                self._dict.__set__(subject, attributes)
            _assign(attributes, contents, self._ignored)
        for slot, value, now in zip(self._slots, slots, self._slot_values(subject), strict=True):
            if value is now:
                continue
            if value is UNSET:
                slot.__delete__(subject)
            else:
                slot.__set__(subject, value)

    def parts(self, taken: InstanceState) -> list[object]:
        kind, _, contents, slots = taken
        found = [*contents.values(), *(value for value in slots if value is not UNSET)]
        if self._follow_class:
            found.append(kind)
        return found

    def named_parts(self, taken: InstanceState) -> Iterator[tuple[str, object]]:
        kind, _, contents, slots = taken
        for name, value in contents.items():
            yield f".{name}", value
        for slot, value in zip(self._slots, slots, strict=True):
            yield f".{slot.__name__}", value
        yield ".__class__", kind

    def _attributes(self, subject: object) -> Attributes | None:
        return None if self._dict is None else self._dict.__get__(subject)

    def _kept(self, attributes: Attributes | None, *, copy: bool = True) -> Attributes:
        if attributes is None:
            return {}
        if self._ignored:
            return {name: value for name, value in attributes.items() if name not in self._ignored}
        return attributes.copy() if copy else attributes

    def _slot_values(self, subject: object) -> tuple[object, ...]:
        return tuple(_slot_value(slot, subject) for slot in self._slots) if self._slots else ()


def instance_keeper(
    kind: type, *, follow_class: bool, ignored: frozenset[str] = frozenset()
) -> AnyKeeper | None:
    """Return the keeper of the attributes of the instances of ``kind``; ``None`` if they have none.

    Parameters
    ----------
    kind
        The class.
    follow_class
        Whether the class itself is walked: it is the user's, and an instance can change it.
    ignored
        Names in ``__dict__`` that are caches: neither kept nor put back.
    """
    attributes, slots = dict_descriptor(kind), slot_descriptors(kind)
    if attributes is None and not slots:
        return None
    return _InstanceKeeper(attributes, slots, follow_class=follow_class, ignored=ignored)


def _assign(attributes: Attributes, contents: Attributes, ignored: frozenset[str]) -> None:
    """Make ``attributes`` hold ``contents``, writing only the entries that differ unless the order differs too."""
    for name in [name for name in attributes if name not in contents and name not in ignored]:
        del attributes[name]
    for name, value in contents.items():
        if name not in attributes or attributes[name] is not value:
            attributes[name] = value
    if not ignored and list(attributes) != list(contents):
        attributes.clear()
        attributes.update(contents)


@dataclass(frozen=True, slots=True)
class ClassState:
    """What a class defines, and the classes it inherits from."""

    entries: Attributes
    bases: tuple[type, ...]


class _ClassKeeper:
    """Attributes of classes; ``take`` gives ``None`` for a class that is not the user's."""

    def __init__(self, is_users: Callable[[type], bool]) -> None:
        self._is_users = is_users

    def weigh(self, subject: type) -> int:
        return RECORD_BYTES * (1 + len(entries_of(subject)))

    def take(self, subject: type) -> ClassState | None:
        return ClassState(_own_entries(subject), mro_of(subject)[1:]) if self._is_users(subject) else None

    def same(self, subject: type, taken: ClassState | None) -> bool:
        if taken is None:
            return True
        now = _own_entries(subject)
        # the order is left out: an entry that was deleted cannot get its place back
        return len(now) == len(taken.entries) and all(
            now.get(n, UNSET) is v for n, v in taken.entries.items()
        )

    def put(self, subject: type, taken: ClassState | None) -> None:
        if taken is None:
            return
        now = _own_entries(subject)
        for name in now.keys() - taken.entries.keys():
            type.__delattr__(subject, name)
        for name, value in taken.entries.items():
            if now.get(name, UNSET) is not value:
                type.__setattr__(subject, name, value)

    def parts(self, taken: ClassState | None) -> list[object]:
        return [each for _, each in self.named_parts(taken)]

    def named_parts(self, taken: ClassState | None) -> Iterator[tuple[str, object]]:
        if taken is None:
            return
        for name, value in taken.entries.items():
            # what else has a name of the interpreter (`__match_args__`, a validator) is not the class's state
            if not _is_reserved(name) or isinstance(value, (types.FunctionType, staticmethod, classmethod)):
                yield f".{name}", value
        for base in taken.bases:
            yield " base class", base


def _own_entries(kind: type) -> Attributes:
    return {name: value for name, value in entries_of(kind).items() if name not in INTERPRETERS_ENTRIES}


def _is_reserved(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def class_keeper(is_users: Callable[[type], bool]) -> AnyKeeper:
    """Return the keeper of classes; ``is_users`` tells which are the user's, all others are left alone."""
    return _ClassKeeper(is_users)

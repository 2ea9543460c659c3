"""Where instances of a class keep their state, found in the classes and not by asking the instance.

Attributes are read through the descriptors that Python itself put into the class (``__dict__`` and slots), so no
property, ``__getattr__`` or ``__getattribute__`` runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import GetSetDescriptorType, MemberDescriptorType
from typing import cast

from perfmagic.verification.naming import ancestry, class_name, importable, members

_POINTER = object.__basicsize__ // 2
_BASICSIZE = type.__dict__["__basicsize__"]
_ITEMSIZE = type.__dict__["__itemsize__"]
_DICTOFFSET = type.__dict__["__dictoffset__"]
_WEAKREFOFFSET = type.__dict__["__weakrefoffset__"]
# Types whose objects are pictured by what they say: their slots repeat it, or remember what was computed from it.
_INCIDENTAL = frozenset({"__dict__", "__weakref__", "__suppress_context__"})
_READ_ELSEWHERE = frozenset({"builtins", "pathlib", "datetime", "re"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How to read the instances of one class.

    Attributes
    ----------
    dict_of
        Descriptor that gives an instance's ``__dict__``, ``None`` if there is none that can be trusted.
    slots
        Slot names with their descriptors.
    derived
        Names of cached properties: what they remember is no state.
    hidden
        Whether instances hold more than Python code can see (the class is written in C, or hides its dict).
    made
        Whether the class is not importable, so that a rerun may define it again.
    """

    dict_of: GetSetDescriptorType | None
    slots: tuple[tuple[str, MemberDescriptorType], ...]
    derived: frozenset[str]
    hidden: bool
    made: bool

    @classmethod
    def of(cls, owner: type) -> "Layout":
        """The layout of a class."""
        dict_of = _dict_descriptor(owner)
        slots = tuple(_slots(owner))
        return cls(
            dict_of=dict_of,
            slots=slots,
            derived=frozenset(_cached_properties(owner)),
            hidden=_hides(owner, len(slots)) or (dict_of is None and _DICTOFFSET.__get__(owner) != 0),
            made=not importable(owner, *class_name(owner)),
        )

    @property
    def empty(self) -> bool:
        """Whether instances have neither attributes nor slots, and their class needs no comparison."""
        return self.dict_of is None and not self.slots and not self.made

    def attributes(self, instance: object) -> dict[str, object]:
        """The instance's attributes and filled slots by name; the values are the live objects."""
        found: dict[str, object] = {}
        if self.dict_of is not None:
            found.update(cast("dict[str, object]", self.dict_of.__get__(instance)))
            for name in self.derived.intersection(found):
                del found[name]
        for name, slot in self.slots:
            try:
                found[name] = slot.__get__(instance)
            except AttributeError:
                continue  # the slot is empty
        return found


def _dict_descriptor(owner: type) -> GetSetDescriptorType | None:
    for base in ancestry(owner):
        entry = members(base).get("__dict__")
        if type(entry) in {GetSetDescriptorType, MemberDescriptorType} and base is not type:
            return cast("GetSetDescriptorType", entry)
    return None


def _slots(owner: type) -> Iterator[tuple[str, MemberDescriptorType]]:
    seen: set[str] = set()
    for base in ancestry(owner):
        if class_name(base)[0].partition(".")[0] in _READ_ELSEWHERE and not issubclass(base, BaseException):
            continue
        for name, entry in members(base).items():
            if type(entry) is MemberDescriptorType and name not in _INCIDENTAL:
                # A slot that a subclass defines again is a second one, with a value of its own.
                yield (f"{base.__name__}.{name}" if name in seen else name), entry
                seen.add(name)


def _cached_properties(owner: type) -> Iterator[str]:
    if owner is cached_property:
        yield "lock"  # Python 3.11 has one in the descriptor itself
    for base in ancestry(owner):
        for name, entry in members(base).items():
            if type(entry) is cached_property:
                yield name


def _hides(owner: type, slots: int) -> bool:
    """Whether instances are larger than what can be seen of them: the test of `copyreg`, in C `_PyObject_GetState`."""
    visible = object.__basicsize__ + slots * _POINTER
    visible += _POINTER * (_DICTOFFSET.__get__(owner) > 0)
    visible += _POINTER * (_WEAKREFOFFSET.__get__(owner) > 0)
    return bool(_ITEMSIZE.__get__(owner) != 0 or _BASICSIZE.__get__(owner) > visible)

"""Dicts and their subclasses, read-only views of them, and ``dict.keys()`` and its like."""

import gc
from collections import OrderedDict
from types import MappingProxyType
from typing import cast

from perfmagic.model.verdict import Status
from perfmagic.verification.matching import match
from perfmagic.verification.picture import ATOMS, Camera, Judge, Picture, Trail, brief, digest, type_text

_SHOWN = 4
_STR = frozenset({id(str)})
# The methods of the builtin types, so that none of a subclass is called.
_KEYS = dict[object, object].keys
_VALUES = dict[object, object].values
_ORDERED_KEYS = OrderedDict[object, object].keys
_EMPTY: dict[object, object] = {}
_WRAPPERS: tuple[type, ...] = (
    MappingProxyType,
    type(_EMPTY.keys()),
    type(_EMPTY.values()),
    type(_EMPTY.items()),
)


class MappingPicture(Picture):
    """A dict: keys and values in order. Another order of the same items is *reordered*."""

    __slots__ = ("keys", "named", "values")

    def fill(self, value: object, camera: Camera) -> None:
        """Read keys and values past the methods of a subclass, and without asking a key for its hash."""
        pairs = cast("dict[object, object]", value)
        keys: tuple[object, ...] = tuple(_KEYS(pairs))
        self.values = camera.see_all(tuple(_VALUES(pairs)))
        self.named = _STR.issuperset(map(id, map(type, keys)))
        self.keys = keys if self.named else camera.see_all(keys)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Value by value where the keys agree in order, else pair the keys first."""
        assert isinstance(actual, MappingPicture)
        if self.named and actual.named and self.keys == actual.keys:
            judge.visit_all(self.values, actual.values, (trail, self), self.keys)
        elif self.atomic() and actual.atomic():
            self.finish(actual, judge, trail)
        else:
            judge.later(self, actual, trail)

    def finish(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Pair the keys by what they are."""
        assert isinstance(actual, MappingPicture)
        pairs, missing, extra = match(self.keys, actual.keys, judge)
        for position in missing:
            place = (trail, self, self.keys[position])
            judge.findings.found(Status.DIFFERENT, place, brief(self.values[position]), "missing")
        for position in extra:
            place = (trail, self, actual.keys[position])
            judge.findings.found(Status.DIFFERENT, place, "missing", brief(actual.values[position]))
        if any(left != right for left, right in pairs) and not missing and not extra:
            judge.findings.found(Status.REORDERED, trail, _order(self.keys), _order(actual.keys))
        for left, right in pairs:
            place = (trail, self, self.keys[left])
            judge.visit(self.keys[left], actual.keys[right], place)
            judge.visit(self.values[left], actual.values[right], place)

    def parts(self) -> tuple[object, ...]:
        """Nothing in order; see `key`."""
        return ()

    def key(self) -> tuple[int, frozenset[object]]:
        """The size, and the items without order as far as one can look."""
        pairs = zip(self.keys, self.values, strict=True)
        return len(self.keys), frozenset((digest(key, 1), digest(value, 1)) for key, value in pairs)

    def step(self, key: object) -> str:
        """An item by its key."""
        return f"[{brief(key, 1)}]"

    def sketch(self, depth: int) -> str:
        """The first items in braces."""
        plain = self.cls is dict
        if not depth:
            return "{...}" if plain else f"{type_text(self.cls)}(...)"
        pairs = list(zip(self.keys, self.values, strict=True))[:_SHOWN]
        shown = [f"{brief(key, 0)}: {brief(value, depth - 1)}" for key, value in pairs]
        more = ["..."] if len(self.keys) > _SHOWN else []
        text = f"{{{', '.join(shown + more)}}}"
        return text if plain else f"{type_text(self.cls)}({text})"

    def atomic(self) -> bool:
        """Whether all keys are plain scalars."""
        return self.named or ATOMS.issuperset(map(type, self.keys))


class OrderedDictPicture(MappingPicture):
    """An `OrderedDict`, whose order is not that of the dict below it once an item was moved."""

    __slots__ = ()

    def fill(self, value: object, camera: Camera) -> None:
        """Read like a dict, then in the order that `move_to_end` left where asking for it hashes no user's key."""
        super().fill(value, camera)
        pairs = cast("OrderedDict[object, object]", value)
        if self.atomic():
            by_key = dict(zip(self.keys, self.values, strict=True))
            self.keys: tuple[object, ...] = tuple(_ORDERED_KEYS(pairs))
            self.values = tuple(by_key[key] for key in self.keys)


class WrapperPicture(Picture):
    """An object that shows another one: a read-only mapping, the keys, values or items of a dict."""

    __slots__ = ("inside",)
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Find the dict behind the wrapper by what the garbage collector sees."""
        behind = gc.get_referents(value)
        self.inside = camera.see(behind[0] if behind else None)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """The mapping behind it."""
        assert isinstance(actual, WrapperPicture)
        judge.visit(self.inside, actual.inside, (trail, self, None))

    def parts(self) -> tuple[object, ...]:
        """The mapping behind it."""
        return (self.inside,)

    def step(self, key: object) -> str:
        """Paths do not mention the wrapper."""
        del key
        return ""

    def sketch(self, depth: int) -> str:
        """The type and the mapping behind it."""
        return f"{type_text(self.cls)}({brief(self.inside, depth - 1) if depth else '...'})"


def mapping_kind(cls: type) -> type[Picture] | None:
    """Pictures of dicts and of what wraps a dict."""
    if any(cls is wrapper for wrapper in _WRAPPERS):
        return WrapperPicture
    if issubclass(cls, OrderedDict):
        return OrderedDictPicture
    return MappingPicture if issubclass(cls, dict) else None


def _order(keys: tuple[object, ...]) -> str:
    return f"order {', '.join(brief(key, 1) for key in keys[:8])}"

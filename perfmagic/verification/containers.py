"""Sequences: lists, tuples, deques and their subclasses. Order counts, and so does sharing of what can change."""

from collections import deque
from typing import cast

from perfmagic.model.verdict import Status
from perfmagic.verification.matching import match
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, brief, digest, type_text

_SHOWN = 4
# The methods of the builtin types, so that none of a subclass is called.
_LIST_ITEMS = list[object].__getitem__
_TUPLE_ITEMS = tuple[object, ...].__getitem__
_DEQUE_ITEMS = deque[object].__iter__
_SET_ITEMS = set[object].__iter__
_FROZENSET_ITEMS = frozenset[object].__iter__


class SequencePicture(Picture):
    """A list: its items in order."""

    __slots__ = ("items",)

    def fill(self, value: object, camera: Camera) -> None:
        """Read the items past any ``__iter__`` or ``__getitem__`` of a subclass."""
        self.items = camera.see_all(self.read(value))

    def read(self, value: object) -> tuple[object, ...]:
        """The live items."""
        return tuple(_LIST_ITEMS(cast("list[object]", value), slice(None)))

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Item by item; another length is a difference by itself."""
        assert isinstance(actual, SequencePicture)
        if len(self.items) != len(actual.items):
            judge.findings.found(Status.DIFFERENT, trail, self.counted(), actual.counted())
            return
        judge.visit_all(self.items, actual.items, (trail, self), range(len(self.items)))

    def parts(self) -> tuple[object, ...]:
        """The items."""
        return self.items

    def key(self) -> int:
        """The length."""
        return len(self.items)

    def sketch(self, depth: int) -> str:
        """The first items in the brackets of the type."""
        return bracketed(self, self.items, "[]", depth)

    def counted(self) -> str:
        """The number of items and the first ones."""
        return f"{len(self.items)} items: {self.sketch(1)}"


class TuplePicture(SequencePicture):
    """A tuple or a named tuple: it cannot change, so only its items can be shared."""

    __slots__ = ()
    mutable = False

    def read(self, value: object) -> tuple[object, ...]:
        """The live items."""
        return _TUPLE_ITEMS(cast("tuple[object, ...]", value), slice(None))

    def sketch(self, depth: int) -> str:
        """The first items in parentheses."""
        return bracketed(self, self.items, "()", depth)


class DequePicture(SequencePicture):
    """A deque: its items in order, and its bound."""

    __slots__ = ("maxlen",)

    def read(self, value: object) -> tuple[object, ...]:
        """The live items; the bound is taken along."""
        plain = cast("deque[object]", value)
        self.maxlen: object = deque.__dict__["maxlen"].__get__(plain)
        return tuple(_DEQUE_ITEMS(plain))

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """The bound, then item by item."""
        assert isinstance(actual, DequePicture)
        judge.visit(self.maxlen, actual.maxlen, (trail, self, "maxlen"))
        super().against(actual, judge, trail)


class SetPicture(Picture):
    """A set or a frozenset: items without order."""

    __slots__ = ("items",)

    def fill(self, value: object, camera: Camera) -> None:
        """Read the items without asking them for a hash."""
        self.items = camera.see_all(self.read(value))

    def read(self, value: object) -> tuple[object, ...]:
        """The live items."""
        return tuple(_SET_ITEMS(cast("set[object]", value)))

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Wait: by then, items that are also reached in another way are known by their partner."""
        judge.later(self, actual, trail)

    def finish(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Pair the items by what they are, and name those that have no partner."""
        assert isinstance(actual, SetPicture)
        pairs, missing, extra = match(self.items, actual.items, judge)
        for left, right in pairs:
            judge.visit(self.items[left], actual.items[right], (trail, self, self.items[left]))
        for position in missing:
            item = self.items[position]
            judge.findings.found(Status.DIFFERENT, (trail, self, item), brief(item), "missing")
        for position in extra:
            item = actual.items[position]
            judge.findings.found(Status.DIFFERENT, (trail, self, item), "missing", brief(item))

    def parts(self) -> tuple[object, ...]:
        """Nothing in order; see `key`."""
        return ()

    def key(self) -> tuple[int, frozenset[object]]:
        """The size, and the items without order as far as one can look."""
        return len(self.items), frozenset(digest(item, 1) for item in self.items)

    def step(self, key: object) -> str:
        """An item of a set has no position: the item itself stands in the braces."""
        return f"{{{brief(key, 1)}}}"

    def sketch(self, depth: int) -> str:
        """The first items in braces."""
        return bracketed(self, self.items, "{}", depth)


class FrozenSetPicture(SetPicture):
    """A frozenset: it cannot change."""

    __slots__ = ()
    mutable = False

    def read(self, value: object) -> tuple[object, ...]:
        """The live items."""
        return tuple(_FROZENSET_ITEMS(cast("frozenset[object]", value)))


def bracketed(picture: Picture, items: tuple[object, ...], brackets: str, depth: int) -> str:
    """The first items between brackets, after the name of the type where the brackets do not say it."""
    plain = any(picture.cls is cls for cls in (list, tuple, set, dict))
    name = "" if plain else type_text(picture.cls)
    if not depth:
        return f"{name}{brackets[0]}...{brackets[1]}"
    shown = [brief(item, depth - 1) for item in items[:_SHOWN]]
    more = ["..."] if len(items) > _SHOWN else []
    text = f"{brackets[0]}{', '.join(shown + more)}{brackets[1]}"
    return f"{name}({text})" if name else text


def sequence_kind(cls: type) -> type[Picture] | None:
    """Pictures of lists, tuples, deques, sets and frozensets."""
    kinds = {
        list: SequencePicture,
        tuple: TuplePicture,
        deque: DequePicture,
        set: SetPicture,
        frozenset: FrozenSetPicture,
    }
    return next((kind for base, kind in kinds.items() if issubclass(cls, base)), None)

"""Keepers of the built-in containers: lists, dicts, sets, deques, tuples."""

# the unbound methods of generic classes have no type parameters that could be known
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from typing import Any, TypeAlias

from perfmagic.runners.state_attributes import entries_of, mro_of, name_of
from perfmagic.runners.state_keeping import POINTER_BYTES, AnyKeeper, Fixed, same_items, same_mapping

Things: TypeAlias = list[object]
Pairs: TypeAlias = dict[object, object]

SET_ENTRY_BYTES = 32
PLAIN_KEYS = frozenset({str, int, float, bool, bytes, type(None)})
"""Types of keys whose hash, equality and repr are not code of the user."""


def _short(key: object) -> str:
    """Return how a path shows a key; only plain keys are shown, because a repr may be code of the user."""
    plain = any(type(key) is each for each in PLAIN_KEYS)
    return repr(key) if plain else f"<{name_of(type(key))}>"


def _iterates_as_dict(kind: type) -> bool:
    """Return whether no class between ``kind`` and `dict` defines ``__iter__``."""
    found = (entries_of(cls).get("__iter__") for cls in mro_of(kind))
    return next(each for each in found if each is not None) is entries_of(dict)["__iter__"]


def _are_plain(keys: set[object]) -> bool:
    try:
        return PLAIN_KEYS.issuperset(map(type, keys))
    except TypeError:  # a metaclass without a hash
        return False


class _ListKeeper:
    """Lists: ``subject[:] = taken``."""

    def weigh(self, subject: Things) -> int:
        return POINTER_BYTES * list.__len__(subject) + 56

    def take(self, subject: Things) -> Things:
        return list.copy(subject)

    def same(self, subject: Things, taken: Things) -> bool:
        if type(subject) is list:
            return same_items(subject, taken)
        return same_items(list.copy(subject), taken)

    def put(self, subject: Things, taken: Things) -> None:
        list.__setitem__(subject, slice(None), taken)

    def parts(self, taken: Things) -> Things:
        return taken

    def named_parts(self, taken: Things) -> Iterator[tuple[str, object]]:
        return ((f"[{index}]", each) for index, each in enumerate(taken))


class _TupleKeeper(Fixed):
    """Tuples and frozen sets: nothing to put back, but their parts may change."""

    def take(self, subject: Any) -> tuple[object, ...]:
        iterate = tuple.__iter__ if issubclass(type(subject), tuple) else frozenset.__iter__
        return tuple(iterate(subject))

    def parts(self, taken: tuple[object, ...]) -> tuple[object, ...]:
        return taken

    def named_parts(self, taken: tuple[object, ...]) -> Iterator[tuple[str, object]]:
        return ((f"[{index}]", each) for index, each in enumerate(taken))


class _DictKeeper:
    """Dicts and their subclasses without an order of their own (`collections.Counter`)."""

    def weigh(self, subject: Pairs) -> int:
        return dict.__sizeof__(subject)

    def take(self, subject: Pairs) -> Pairs:
        if type(subject) is dict:
            return subject.copy()
        if _iterates_as_dict(type(subject)):
            return dict.copy(subject)
        # `dict.copy` would call the `keys` and `__getitem__` of this class
        return dict(dict.items(subject))

    def same(self, subject: Pairs, taken: Pairs) -> bool:
        if type(subject) is dict:
            return same_mapping(subject, taken)
        return same_mapping(self.take(subject), taken)

    def put(self, subject: Pairs, taken: Pairs) -> None:
        dict.clear(subject)
        dict.update(subject, taken)

    def parts(self, taken: Pairs) -> Things:
        return [*taken.values(), *taken]

    def named_parts(self, taken: Pairs) -> Iterator[tuple[str, object]]:
        for key, value in taken.items():
            yield f"[{_short(key)}]", value
        for key in taken:
            yield f" key {_short(key)}", key


class _OrderedDictKeeper(_DictKeeper):
    """Ordered dicts, which keep their order apart from their contents."""

    def take(self, subject: Any) -> Pairs:
        contents = dict(dict.items(subject))
        return {key: contents[key] for key in OrderedDict.__iter__(subject)}

    def same(self, subject: Any, taken: Pairs) -> bool:
        return same_mapping(self.take(subject), taken)

    def put(self, subject: Any, taken: Pairs) -> None:
        OrderedDict.clear(subject)
        for key, value in taken.items():
            OrderedDict.__setitem__(subject, key, value)


class _DefaultDictKeeper:
    """Default dicts: the contents and the factory."""

    _contents = _DictKeeper()

    def weigh(self, subject: defaultdict[object, object]) -> int:
        return dict.__sizeof__(subject)

    def take(self, subject: defaultdict[object, object]) -> tuple[Pairs, object]:
        return self._contents.take(subject), self._factory.__get__(subject)

    def same(self, subject: defaultdict[object, object], taken: tuple[Pairs, object]) -> bool:
        return self._contents.same(subject, taken[0]) and self._factory.__get__(subject) is taken[1]

    def put(self, subject: defaultdict[object, object], taken: tuple[Pairs, object]) -> None:
        self._contents.put(subject, taken[0])
        self._factory.__set__(subject, taken[1])

    def parts(self, taken: tuple[Pairs, object]) -> Things:
        return [*self._contents.parts(taken[0]), taken[1]]

    def named_parts(self, taken: tuple[Pairs, object]) -> Iterator[tuple[str, object]]:
        yield from self._contents.named_parts(taken[0])
        yield ".default_factory", taken[1]

    @property
    def _factory(self) -> Any:
        return vars(defaultdict)["default_factory"]


class _SetKeeper:
    """Sets; a copy of a set knows the hashes, so none is computed."""

    def weigh(self, subject: set[object]) -> int:
        return SET_ENTRY_BYTES * set.__len__(subject) + 200

    def take(self, subject: set[object]) -> set[object]:
        return set[object]().union(subject)

    def same(self, subject: set[object], taken: set[object]) -> bool:
        if set.__len__(subject) != len(taken):
            return False
        return set(map(id, set.__iter__(subject))) == set(map(id, taken))

    def put(self, subject: set[object], taken: set[object]) -> None:
        now = self.take(subject)
        if _are_plain(now) and _are_plain(taken):
            # a cleared and refilled set may iterate in another order than the one the cell found
            set.difference_update(subject, now - taken)
            set.update(subject, taken - now)
        else:
            set.clear(subject)
            set.update(subject, taken)

    def parts(self, taken: set[object]) -> set[object]:
        return taken

    def named_parts(self, taken: set[object]) -> Iterator[tuple[str, object]]:
        return ((f"[{_short(each)}]", each) for each in taken)


class _DequeKeeper:
    """Double-ended queues, bounded ones too."""

    def weigh(self, subject: deque[object]) -> int:
        return POINTER_BYTES * deque.__len__(subject) + 600

    def take(self, subject: deque[object]) -> Things:
        return list(deque.__iter__(subject))

    def same(self, subject: deque[object], taken: Things) -> bool:
        return same_items(list(deque.__iter__(subject)), taken)

    def put(self, subject: deque[object], taken: Things) -> None:
        deque.clear(subject)
        deque.extend(subject, taken)

    def parts(self, taken: Things) -> Things:
        return taken

    def named_parts(self, taken: Things) -> Iterator[tuple[str, object]]:
        return ((f"[{index}]", each) for index, each in enumerate(taken))


def container_keepers() -> tuple[tuple[type, AnyKeeper], ...]:
    """Return the base types that these keepers serve, the more special ones first."""
    return (
        (list, _ListKeeper()),
        (OrderedDict, _OrderedDictKeeper()),
        (defaultdict, _DefaultDictKeeper()),
        (dict, _DictKeeper()),
        (set, _SetKeeper()),
        (tuple, _TupleKeeper()),
        (frozenset, _TupleKeeper()),
        (deque, _DequeKeeper()),
    )

"""Keepers of random generators, those of `random` and, where it is loaded already, of numpy."""

import random
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from perfmagic.runners.state_keeping import AnyKeeper, Leaf


class _RandomKeeper(Leaf):
    """Generators of the `random` module."""

    def weigh(self, subject: object) -> int:
        del subject
        return 25_000

    def take(self, subject: random.Random) -> tuple[Any, ...]:
        return random.Random.getstate(subject)

    def same(self, subject: random.Random, taken: tuple[Any, ...]) -> bool:
        return random.Random.getstate(subject) == taken

    def put(self, subject: random.Random, taken: tuple[Any, ...]) -> None:
        random.Random.setstate(subject, taken)


class _GeneratorKeeper(Leaf):
    """Random generators of numpy: the state of their bit generator."""

    def weigh(self, subject: object) -> int:
        del subject
        return 5_000

    def take(self, subject: Any) -> Mapping[str, object]:
        return _bit_generator(subject).state  # type: ignore[no-any-return]  # a fresh dict each time

    def same(self, subject: Any, taken: Mapping[str, object]) -> bool:
        return same_generator_state(self.take(subject), taken)

    def put(self, subject: Any, taken: Mapping[str, object]) -> None:
        _bit_generator(subject).state = taken


class _LegacyKeeper(_GeneratorKeeper):
    """The older generators of numpy, which keep every second normal number beside their bit generator."""

    def take(self, subject: Any) -> Mapping[str, object]:
        return _legacy().get_state(subject, legacy=False)  # type: ignore[no-any-return]

    def put(self, subject: Any, taken: Mapping[str, object]) -> None:
        _legacy().set_state(subject, taken)


def _legacy() -> Any:
    """Return the class, whose methods are used whatever a subclass overrides."""
    return sys.modules["numpy.random"].RandomState


def _bit_generator(subject: Any) -> Any:
    if isinstance(subject, sys.modules["numpy.random"].Generator):
        return subject.bit_generator
    return getattr(subject, "_bit_generator", subject)


def same_generator_state(one: Any, other: Any) -> bool:
    """Return whether two states of a generator of numpy are equal: dicts of numbers, texts and arrays, nested."""
    return list(_leaves(one)) == list(_leaves(other))


def _leaves(state: Any) -> Iterator[object]:
    if hasattr(state, "items"):
        for name, value in state.items():
            yield name
            yield from _leaves(value)
    else:
        yield state.tobytes() if hasattr(state, "tobytes") else state


def random_keepers() -> tuple[tuple[type, AnyKeeper], ...]:
    """Return the types that these keepers serve."""
    own: tuple[tuple[type, AnyKeeper], ...] = ((random.Random, _RandomKeeper()),)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is None or not hasattr(numpy_random, "Generator"):
        return own
    keeper = _GeneratorKeeper()
    kinds = (numpy_random.Generator, numpy_random.BitGenerator)
    return (*own, *((kind, keeper) for kind in kinds), (numpy_random.RandomState, _LegacyKeeper()))

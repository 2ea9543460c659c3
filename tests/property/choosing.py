"""Where the choices of a generated program come from: hypothesis, which can shrink them, or a plain seed."""

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Chooser(Protocol):
    """Makes choices; earlier options count as simpler."""

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        ...

    def number(self, low: int, high: int) -> int:
        """Return a number, both ends included."""
        ...


class Drawn:
    """Choices drawn from hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self._draw(st.integers(0, len(options) - 1))]

    def number(self, low: int, high: int) -> int:
        """Return a number, both ends included."""
        return self._draw(st.integers(low, high))


class Seeded:
    """Choices that a seed decides."""

    def __init__(self, seed: int) -> None:
        self._stream = random.Random(seed)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return self._stream.choice(options)

    def number(self, low: int, high: int) -> int:
        """Return a number, both ends included."""
        return self._stream.randint(low, high)

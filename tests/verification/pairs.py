"""Pairs of values and how they relate, as data: each is made anew, so that the two sides share nothing by accident."""

from collections.abc import Callable
from typing import NamedTuple

import pytest


class Pair(NamedTuple):
    status: str
    make: Callable[[], tuple[object, object]]
    rtol: float = 0.0


def cases(table: dict[str, Pair]) -> pytest.MarkDecorator:
    """One test for each pair, under its name."""
    return pytest.mark.parametrize("pair", [pytest.param(pair, id=name) for name, pair in table.items()])


def equal(make: Callable[[], object]) -> Pair:
    """A value and the same value made once more."""
    return Pair("equal", lambda: (make(), make()))


def unknown(make: Callable[[], object]) -> Pair:
    """A value that cannot be looked into, twice."""
    return Pair("unknown", lambda: (make(), make()))


def pair(
    status: str, expected: Callable[[], object], actual: Callable[[], object], rtol: float = 0.0
) -> Pair:
    return Pair(status, lambda: (expected(), actual()), rtol)

"""Pairs of plain Python values, and how they relate; every pair is compared both ways."""

import array
import collections
import copy
import datetime as dt
import fractions
import functools
import io
import itertools
import math
import operator
import pathlib
import random
import re
import threading
import types
import uuid
import zoneinfo
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfmagic.model.verdict import Status
from perfmagic.verification.same import same

from .pairs import Pair, cases, equal, pair, unknown

NAN = float("nan")


def ring(length: int) -> list:
    """A list that leads back to itself after so many steps."""
    first: list = []
    last = first
    for _ in range(length - 1):
        last.append([])
        last = last[0]
    last.append(first)
    return first


def twice(value: object) -> list:
    return [value, value]


def moved() -> collections.OrderedDict:
    found = collections.OrderedDict(a=1, b=2)
    found.move_to_end("a")
    return found


SCALARS = {
    "the same integer": equal(lambda: 10**30),
    "another integer": pair("different", lambda: 1, lambda: 2),
    "an integer is not a bool": pair("different", lambda: 1, lambda: True),
    "an integer is not a float": pair("different", lambda: 1, lambda: 1.0),
    "a bool is not a float": pair("different", lambda: True, lambda: 1.0),
    "zero is not False": pair("different", lambda: 0, lambda: False),
    "None is None": equal(lambda: None),
    "None is not zero": pair("different", lambda: None, lambda: 0),
    "Ellipsis is Ellipsis": equal(lambda: ...),
    "the same float": equal(lambda: 0.1),
    "a float one step away": pair("different", lambda: 0.1, lambda: math.nextafter(0.1, 1)),
    "a float within the tolerance": pair("close", lambda: 0.1, lambda: math.nextafter(0.1, 1), 1e-9),
    "a float beyond the tolerance": pair("different", lambda: 1.0, lambda: 1.1, 1e-9),
    "integers get no tolerance": pair("different", lambda: 1000, lambda: 1001, 0.1),
    "NaN equals NaN": equal(lambda: float("nan")),
    "NaN is no number": pair("different", lambda: NAN, lambda: 0.0),
    "infinity equals infinity": equal(lambda: math.inf),
    "no tolerance reaches infinity": pair("different", lambda: math.inf, lambda: 1.0, 0.5),
    "the two infinities": pair("different", lambda: math.inf, lambda: -math.inf, 0.5),
    "the two zeros": pair("close", lambda: 0.0, lambda: -0.0),
    "the same complex number": equal(lambda: 1 + 2j),
    "a complex number with the other zero": pair("close", lambda: complex(1, 0.0), lambda: complex(1, -0.0)),
    "a complex number within the tolerance": pair(
        "close", lambda: 1 + 1j, lambda: 1 + (1 + 1e-12) * 1j, 1e-9
    ),
    "another complex number": pair("different", lambda: 1j, lambda: 2j),
    "complex NaN": equal(lambda: complex(NAN, 1)),
    "the same text": equal(lambda: "a" * 1000),
    "another text": pair("different", lambda: "a", lambda: "b"),
    "text is not bytes": pair("different", lambda: "a", lambda: b"a"),
    "another normal form of a text": pair("different", lambda: "\u00e9", lambda: "e\u0301"),
    "the same bytes": equal(lambda: bytes(range(256))),
    "bytes are not a bytearray": pair("different", lambda: b"a", lambda: bytearray(b"a")),
}

CONTAINERS = {
    "empty lists": equal(list),
    "nested lists": equal(lambda: [1, [2, [3, []]]]),
    "a list is not a tuple": pair("different", lambda: [1], lambda: (1,)),
    "a longer list": pair("different", lambda: [1], lambda: [1, 1]),
    "the order of a list": pair("different", lambda: [1, 2], lambda: [2, 1]),
    "a bool in a list": pair("different", lambda: [1, 2], lambda: [True, 2]),
    "a float in a tuple": pair("different", lambda: (1, 2), lambda: (1.0, 2)),
    "NaN in a list": equal(lambda: [float("nan"), 1.0]),
    "the other zero in a list": pair("close", lambda: [0.0, 1.0], lambda: [-0.0, 1.0]),
    "the other zero in a mixed list": pair("close", lambda: [0.0, "a"], lambda: [-0.0, "a"]),
    "complex zeros in a list": pair("close", lambda: [complex(1, 0.0)], lambda: [complex(1, -0.0)]),
    "a list within the tolerance": pair("close", lambda: [1.0, 2.0], lambda: [1.0, 2.0 + 1e-12], 1e-9),
    "the worst part wins": pair("different", lambda: [0.0, 1], lambda: [-0.0, 2]),
    "close is better than reordered": pair(
        "reordered",
        lambda: [0.0, {1: 1, 2: 2}],
        lambda: [-0.0, {2: 2, 1: 1}],
    ),
    "unknown is worse than reordered": pair(
        "unknown",
        lambda: [iter([]), {1: 1, 2: 2}],
        lambda: [iter([]), {2: 2, 1: 1}],
    ),
    "different is worse than unknown": pair("different", lambda: [iter([]), 1], lambda: [iter([]), 2]),
    "dicts": equal(lambda: {"a": 1, "b": [2]}),
    "the order of a dict": pair("reordered", lambda: {"a": 1, "b": 2}, lambda: {"b": 2, "a": 1}),
    "the order of a dict with tuples as keys": pair(
        "reordered",
        lambda: {(1, 2): 1, (3, 4): 2},
        lambda: {(3, 4): 2, (1, 2): 1},
    ),
    "another value in a reordered dict": pair(
        "different",
        lambda: {"a": 1, "b": 2},
        lambda: {"b": 2, "a": 3},
    ),
    "a key more": pair("different", lambda: {"a": 1}, lambda: {"a": 1, "b": 2}),
    "another key": pair("different", lambda: {"a": 1}, lambda: {"b": 1}),
    "the type of a key": pair("different", lambda: {1: "a"}, lambda: {True: "a"}),
    "the other zero as a key": pair("close", lambda: {0.0: "a"}, lambda: {-0.0: "a"}),
    "NaN as a key": equal(lambda: {float("nan"): 1}),
    "a frozenset as a key": equal(lambda: {frozenset({1, 2}): 1}),
    "sets": equal(lambda: {"a", "b", "c"}),
    "a set has no order": pair("equal", lambda: {8, 0, 16}, lambda: {16, 8, 0}),
    "another item of a set": pair("different", lambda: {1, 2}, lambda: {1, 3}),
    "a smaller set": pair("different", lambda: {1, 2}, lambda: {1}),
    "the type of an item of a set": pair("different", lambda: {1}, lambda: {1.0}),
    "NaN in a set": equal(lambda: {float("nan")}),
    "a set within the tolerance": pair("close", lambda: {0.1 + 0.2, 9.0}, lambda: {0.3, 9.0}, 1e-9),
    "tuples in a set": equal(lambda: {(1, ("a", 2)), (2, ("b", 3))}),
    "frozensets in a set": equal(lambda: {frozenset({1, 2}), frozenset({3})}),
    "another tuple in a set": pair("different", lambda: {(1, 2)}, lambda: {(1, 3)}),
    "a set is not a frozenset": pair("different", lambda: {1}, lambda: frozenset({1})),
    "deques": equal(lambda: collections.deque([1, 2], maxlen=3)),
    "the bound of a deque": pair(
        "different",
        lambda: collections.deque([1], maxlen=3),
        lambda: collections.deque([1]),
    ),
    "ordered dicts": equal(lambda: collections.OrderedDict(a=1, b=2)),
    "an ordered dict after a move": pair("reordered", lambda: collections.OrderedDict(a=1, b=2), moved),
    "an ordered dict is not a dict": pair(
        "different", lambda: collections.OrderedDict(a=1), lambda: {"a": 1}
    ),
    "default dicts": equal(lambda: collections.defaultdict(list, a=[1])),
    "the factory of a default dict": pair(
        "different",
        lambda: collections.defaultdict(list),
        lambda: collections.defaultdict(set),
    ),
    "counters": equal(lambda: collections.Counter("abca")),
    "another count": pair("different", lambda: collections.Counter("aa"), lambda: collections.Counter("a")),
    "chain maps": equal(lambda: collections.ChainMap({"a": 1}, {"b": 2})),
    "read-only mappings": equal(lambda: types.MappingProxyType({"a": 1})),
    "another read-only mapping": pair(
        "different",
        lambda: types.MappingProxyType({"a": 1}),
        lambda: types.MappingProxyType({"a": 2}),
    ),
    "keys of a dict": equal(lambda: {"a": 1}.keys()),
    "keys are not values": pair("different", lambda: {1: 1}.keys(), lambda: {1: 1}.values()),
    "simple namespaces": equal(lambda: types.SimpleNamespace(a=1, b=[2])),
    "another simple namespace": pair(
        "different",
        lambda: types.SimpleNamespace(a=1),
        lambda: types.SimpleNamespace(a=2),
    ),
    "user dicts": equal(lambda: collections.UserDict(a=1)),
}

SHARING = {
    "two lists are not one": pair("different", lambda: [[], []], lambda: twice([])),
    "one list is not two": pair("different", lambda: twice([]), lambda: [[], []]),
    "one list twice": equal(lambda: twice([])),
    "which list is shared": pair(
        "different",
        lambda: [a := [], a, []],
        lambda: [a := [], [], a],
    ),
    "a shared tuple of scalars": pair("equal", lambda: twice((1, 2)), lambda: [(1, 2), tuple([1, 2])]),
    "a shared text": pair("equal", lambda: twice("ab"), lambda: ["ab", "abc"[:2]]),
    "a tuple that holds a shared list": pair("different", lambda: twice(([],)), lambda: [([],), ([],)]),
    "a shared list under two keys": pair(
        "different",
        lambda: dict.fromkeys("ab", []),
        lambda: {"a": [], "b": []},
    ),
    "a shared decimal": pair("equal", lambda: twice(Decimal(1)), lambda: [Decimal(1), Decimal(1)]),
    "a shared date": pair(
        "equal",
        lambda: twice(dt.date(2024, 1, 1)),
        lambda: [dt.date(2024, 1, 1), dt.date(2024, 1, 1)],
    ),
    "a list in itself": equal(lambda: ring(1)),
    "a ring of three": equal(lambda: ring(3)),
    "rings of another length": pair("different", lambda: ring(2), lambda: ring(3)),
    "a dict in itself": equal(lambda: (d := {}, d.update(me=d))[0]),
    "a set of one of two shared objects": equal(
        lambda: (a := object(), b := object(), {"all": {a, b}, "first": a})[2],
    ),
    "a view of a bytearray": equal(lambda: (b := bytearray(b"abc"), memoryview(b))),
    "a view of another bytearray": pair(
        "different",
        lambda: (b := bytearray(b"abc"), memoryview(b)),
        lambda: (bytearray(b"abc"), memoryview(bytearray(b"abc"))),
    ),
}

VALUES = {
    "decimals": equal(lambda: Decimal("1.10")),
    "another spelling of a decimal": pair("close", lambda: Decimal("1.0"), lambda: Decimal("1.00")),
    "another spelling of a large decimal": pair("close", lambda: Decimal("1E+2"), lambda: Decimal(100)),
    "the two zeros of a decimal": pair("close", lambda: Decimal("0"), lambda: Decimal("-0")),
    "another decimal": pair("different", lambda: Decimal("1.0"), lambda: Decimal("1.1"), 0.5),
    "decimal NaN": equal(lambda: Decimal("NaN")),
    "a signalling NaN": equal(lambda: Decimal("sNaN")),
    "fractions": equal(lambda: fractions.Fraction(1, 3)),
    "another fraction": pair("different", lambda: fractions.Fraction(1, 3), lambda: fractions.Fraction(2, 3)),
    "a fraction is not a decimal": pair(
        "different", lambda: fractions.Fraction(1, 2), lambda: Decimal("0.5")
    ),
    "dates": equal(lambda: dt.date(2024, 2, 29)),
    "times with a zone": equal(lambda: dt.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))),
    "the zone of a time": pair(
        "different",
        lambda: dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        lambda: dt.datetime(2024, 1, 1),
    ),
    "one instant in two zones": pair(
        "different",
        lambda: dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC),
        lambda: dt.datetime(2024, 1, 1, 13, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    ),
    "the second of two equal wall times": pair("different", lambda: dt.time(1), lambda: dt.time(1, fold=1)),
    "spans of time": equal(lambda: dt.timedelta(seconds=1.5)),
    "paths": equal(lambda: pathlib.Path("a") / "b"),
    "a path that was used": pair(
        "equal",
        lambda: pathlib.Path("a/b"),
        lambda: (path := pathlib.Path("a/b"), str(path), hash(path), path.name)[0],
    ),
    "a path is not a pure path": pair(
        "different", lambda: pathlib.Path("a"), lambda: pathlib.PurePosixPath("a")
    ),
    "identifiers": equal(lambda: uuid.UUID(int=5)),
    "another identifier": pair("different", lambda: uuid.UUID(int=5), lambda: uuid.UUID(int=6)),
    "patterns": equal(lambda: re.compile("a+", re.IGNORECASE)),
    "the flags of a pattern": pair(
        "different", lambda: re.compile("a"), lambda: re.compile("a", re.IGNORECASE)
    ),
    "ranges": equal(lambda: range(0, 10, 2)),
    "another spelling of a range": pair("close", lambda: range(0, 3, 2), lambda: range(0, 4, 2)),
    "another range": pair("different", lambda: range(3), lambda: range(4)),
    "slices": equal(lambda: slice(1, None, 2)),
    "bytearrays": equal(lambda: bytearray(b"ab")),
    "another bytearray": pair("different", lambda: bytearray(b"ab"), lambda: bytearray(b"ac")),
    "typed arrays": equal(lambda: array.array("d", [1.0, NAN])),
    "the type of an array": pair("different", lambda: array.array("i", [1]), lambda: array.array("l", [1])),
    "a typed array within the tolerance": pair(
        "close",
        lambda: array.array("d", [1.0]),
        lambda: array.array("d", [1.0 + 1e-12]),
        1e-9,
    ),
    "random generators": equal(lambda: random.Random(1)),
    "a random generator that drew": pair(
        "different",
        lambda: random.Random(1),
        lambda: (rng := random.Random(1), rng.random())[0],
    ),
    "text files in memory": equal(lambda: io.StringIO("abc")),
    "the position in a file in memory": pair(
        "different",
        lambda: io.BytesIO(b"abc"),
        lambda: (file := io.BytesIO(b"abc"), file.read(1))[0],
    ),
    "generic types": equal(lambda: list[int]),
    "unions of types": equal(lambda: int | None),
    "another union of types": pair("different", lambda: int | None, lambda: str | None),
}

OPAQUE = {
    "list iterators": unknown(lambda: iter([1])),
    "generators": unknown(lambda: (each for each in "ab")),
    "counting iterators": unknown(itertools.count),
    "zips": unknown(lambda: zip("a", "b", strict=True)),
    "locks": unknown(threading.Lock),
    "conditions": unknown(threading.Condition),
    "threads": unknown(lambda: threading.Thread(target=print)),
    "lambdas": unknown(lambda: lambda: 1),
    "other lambdas": pair("unknown", lambda: lambda: 1, lambda: lambda: 2),
    "a cache in front of a function": unknown(lambda: functools.lru_cache(operator.add)),
    "item getters": unknown(lambda: operator.itemgetter(1)),
    "an iterator is not a list": pair("different", lambda: iter([1]), lambda: [1]),
    "a lock in a list": unknown(lambda: [1, threading.Lock()]),
    "imported functions": equal(lambda: math.sin),
    "another imported function": pair("different", lambda: math.sin, lambda: math.cos),
    "imported Python functions": equal(lambda: copy.deepcopy),
    "modules": equal(lambda: math),
    "another module": pair("different", lambda: math, lambda: random),
    "builtin types": equal(lambda: int),
    "another builtin type": pair("different", lambda: int, lambda: float),
    "methods of builtin types": equal(lambda: str.upper),
    "bound methods of builtins": equal(lambda: "a".upper),
    "bound methods of another object": pair("different", lambda: "a".upper, lambda: "b".upper),
    "partials": equal(lambda: functools.partial(int, base=2)),
    "another partial": pair(
        "different", lambda: functools.partial(int, base=2), lambda: functools.partial(int, base=8)
    ),
}

ALL = {**SCALARS, **CONTAINERS, **SHARING, **VALUES, **OPAQUE}


@cases(ALL)
def test_a_pair_relates_as_expected_in_both_directions(pair: Pair) -> None:
    expected, actual = pair.make()
    assert same(expected, actual, pair.rtol).status == Status(pair.status)
    assert same(actual, expected, pair.rtol).status == Status(pair.status)


plain = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary()
)
keys = st.integers() | st.text() | st.floats(allow_nan=False) | st.tuples(st.integers(), st.text())
nested = st.recursive(
    plain | st.decimals() | st.dates() | st.fractions() | st.frozensets(keys),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(keys, inner)
        | st.sets(keys)
        | st.lists(inner).map(twice)
    ),
    max_leaves=20,
)


@given(value=nested)
def test_a_deep_copy_is_equal(value: object) -> None:
    verdict = same(value, copy.deepcopy(value))
    assert (verdict.status, verdict.differences, verdict.unchecked) == (Status.EQUAL, (), ())


@given(value=nested)
def test_a_value_is_equal_to_itself(value: object) -> None:
    assert same(value, value).status is Status.EQUAL


@given(value=nested, other=nested)
def test_the_status_does_not_depend_on_the_side(value: object, other: object) -> None:
    assert same(value, other).status is same(other, value).status


@given(value=st.lists(nested, min_size=1), data=st.data())
def test_a_change_of_one_item_is_found(value: list, data: st.DataObject) -> None:
    changed = copy.deepcopy(value)
    changed[data.draw(st.integers(0, len(value) - 1))] = object()
    assert same(value, changed).status is Status.DIFFERENT


def test_the_very_same_iterator_is_still_unknown_and_unconsumed() -> None:
    numbers = iter([1, 2])
    verdict = same(numbers, numbers)
    assert verdict.status is Status.UNKNOWN
    assert verdict.unchecked == ("value: an iterator is left unconsumed (list_iterator)",)
    assert list(numbers) == [1, 2]


@pytest.mark.parametrize(
    ("expected", "actual", "path"),
    [
        ([{"price": 1}], [{"price": 2}], "value[0]['price']"),
        ({"a": (1, [2])}, {"a": (1, [3])}, "value['a'][1][0]"),
        ({(1, 2): "x"}, {(1, 2): "y"}, "value[(1, 2)]"),
        ({1, 2}, {1, 3}, "value{2}"),
        (ValueError("a"), ValueError("b"), "value.args[0]"),
    ],
    ids=["dict in a list", "list in a tuple in a dict", "tuple as a key", "item of a set", "exception"],
)
def test_the_path_leads_to_the_difference(expected: object, actual: object, path: str) -> None:
    assert same(expected, actual).differences[0].path == path


def test_three_differences_are_shown_in_order() -> None:
    verdict = same(list(range(10)), list(range(10, 20)))
    assert [each.path for each in verdict.differences] == ["value[0]", "value[1]", "value[2]"]
    assert (verdict.differences[1].expected, verdict.differences[1].actual) == ("1", "11")


def test_what_looks_alike_is_told_apart_by_its_type() -> None:
    (difference,) = same(
        Decimal("1.10"), type("Decimal", (Decimal,), {"__module__": "decimal"})("1.10")
    ).differences or (None,)
    assert difference is None or difference.expected != difference.actual


def test_only_the_worst_places_are_shown() -> None:
    verdict = same([0.0, 1], [-0.0, 2])
    assert [each.path for each in verdict.differences] == ["value[1]"]


def test_texts_are_short_and_safe() -> None:
    nasty = "\x1b[31m\u202e" + "x" * 1000
    (difference,) = same([nasty], [10**5000]).differences
    assert max(len(difference.expected), len(difference.actual)) <= 80
    assert difference.expected.isprintable()
    assert difference.actual == "an int of 16610 bits"

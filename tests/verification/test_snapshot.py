"""Depth, breadth and restraint of the walk."""

import threading

import numpy as np
import pytest

from perfmagic.model.verdict import Status
from perfmagic.verification.equality import compare
from perfmagic.verification.snapshot import take

DEPTH = 100_000


def deep_list(bottom: object) -> list:
    found: list = [bottom]
    for _ in range(DEPTH):
        found = [found]
    return found


def deep_dict(bottom: object) -> dict:
    found: dict = {"next": bottom}
    for _ in range(DEPTH):
        found = {"next": found}
    return found


def deep_tuple(bottom: object) -> tuple:
    found: tuple = (bottom,)
    for _ in range(DEPTH):
        found = (found,)
    return found


class Node:
    def __init__(self, value: object, after: "Node | None") -> None:
        self.value = value
        self.after = after


def linked(bottom: object) -> Node:
    found = Node(bottom, None)
    for _ in range(DEPTH):
        found = Node(0, found)
    return found


@pytest.mark.parametrize("make", [deep_list, deep_dict, deep_tuple, linked], ids=lambda make: make.__name__)
def test_depth_is_unbounded(make) -> None:
    first = take({"x": make(1)})
    assert compare(first, take({"x": make(1)})).status is Status.EQUAL
    verdict = compare(first, take({"x": make(2)}))
    assert verdict.status is Status.DIFFERENT
    assert len(verdict.differences[0].path) <= 120


def test_a_lattice_is_not_walked_path_by_path() -> None:
    def lattice() -> object:
        found: object = (1, [])
        for _ in range(200):
            found = (found, found)
        return found

    assert compare(take({"x": lattice()}), take({"x": lattice()})).status is Status.EQUAL


def test_roots_are_pictured_together() -> None:
    shared: list = []
    verdict = compare(take({"a": shared, "b": shared}), take({"a": [], "b": []}))
    assert [each.path for each in verdict.differences] == ["b"]
    assert verdict.differences[0].expected == "the same object as a"


def test_a_name_on_one_side_is_a_difference() -> None:
    verdict = compare(take({"a": 1, "b": 2}), take({"a": 1}))
    assert (verdict.differences[0].path, verdict.differences[0].actual) == ("b", "not bound")
    assert verdict.checked == ("a", "b")


def test_without_copying_an_array_is_held_by_reference() -> None:
    array = np.arange(3)
    held, copied = take({"x": array}, copy=False), take({"x": array})
    array[0] = 9
    assert compare(held, take({"x": array})).status is Status.EQUAL
    assert compare(copied, take({"x": array})).status is Status.DIFFERENT


def test_a_snapshot_can_be_compared_many_times() -> None:
    first = take({"x": [1, {2: [3]}]})
    for _ in range(3):
        assert compare(first, take({"x": [1, {2: [3]}]})).status is Status.EQUAL
    assert compare(first, first).status is Status.EQUAL


def test_many_unknown_places_are_counted_not_listed() -> None:
    sides = [take({"x": [threading.Lock() for _ in range(50)]}) for _ in range(2)]
    verdict = compare(*sides)
    assert len(verdict.unchecked) == 21
    assert verdict.unchecked[-1] == "and 30 more places"
    assert verdict.checked == ()


def test_a_set_of_objects_that_all_know_each_other_is_compared_without_looking_at_every_path() -> None:
    class Person:
        def __init__(self, number: int) -> None:
            self.number = number
            self.friends: list[Person] = []

    def crowd() -> set[Person]:
        people = [Person(number) for number in range(100)]
        for person in people:
            person.friends += people
        return set(people)

    assert compare(take({"x": crowd()}), take({"x": crowd()})).status is Status.EQUAL


def test_long_tuples_in_a_set_are_told_apart_by_their_ends() -> None:
    def boards() -> set[tuple[tuple[int, ...], ...]]:
        return {
            tuple(tuple(range(12)) if row < 11 else (number,) * 40 for row in range(12))
            for number in range(20)
        }

    first = take({"x": boards()})
    assert compare(first, take({"x": boards()})).status is Status.EQUAL
    assert compare(first, take({"x": boards() - {sorted(boards())[0]}})).status is Status.DIFFERENT

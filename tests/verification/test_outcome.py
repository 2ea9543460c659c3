"""Outcomes of runs: what was compared, what was not, and that a frozen outcome stays as it is."""

import functools
import threading

import numpy as np
import pandas as pd
import pytest

from perfmagic.model.run import Display, Outcome
from perfmagic.model.verdict import Status, Verdict
from perfmagic.verification.outcome import freeze, verify


def outcome(
    stdout: str = "",
    displays: tuple[Display, ...] = (),
    value: object = None,
    error: BaseException | None = None,
    **bindings: object,
) -> Outcome:
    return Outcome(bindings=bindings, stdout=stdout, displays=displays, value=value, error=error)


def verdict(
    expected: Outcome,
    actual: Outcome,
    *,
    rtol: float = 0.0,
    allow_reorder: bool = False,
    **names: frozenset[str],
) -> Verdict:
    frozen = freeze(expected), freeze(actual, copy=False)
    return verify(*frozen, rtol=rtol, allow_reorder=allow_reorder, **names)


def shown(**data: object) -> Display:
    return Display(data={key.replace("_", "/"): each for key, each in data.items()}, metadata={})


def function(source: str) -> object:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(source, names)
    return names["f"]


def test_all_parts_of_equal_outcomes_are_named_as_checked() -> None:
    sides = [outcome("hello\n", (shown(text_plain="1"),), [1], None, users=[1], orders={2}) for _ in range(2)]
    assert verdict(*sides) == Verdict(
        status=Status.EQUAL,
        checked=("users", "orders", "stdout", "displays", "value", "error"),
    )


@pytest.mark.parametrize(
    ("expected", "actual", "path"),
    [
        (outcome(users=[1]), outcome(users=[2]), "users[0]"),
        (outcome(users=[1]), outcome(), "users"),
        (outcome(), outcome(users=[1]), "users"),
        (outcome("a\nb\n"), outcome("a\nc\n"), "stdout line 2"),
        (outcome("a\nb\n"), outcome("b\na\n"), "stdout line 1"),
        (outcome("a\n"), outcome(""), "stdout line 1"),
        (outcome(value=[1]), outcome(value=[2]), "value[0]"),
        (outcome(displays=(shown(text_plain="1"),)), outcome(), "displays"),
        (
            outcome(displays=(shown(text_plain="1"),)),
            outcome(displays=(shown(text_plain="2"),)),
            "displays[0]['data']['text/plain']",
        ),
        (outcome(error=ValueError("a")), outcome(), "error"),
        (outcome(error=ValueError("a")), outcome(error=KeyError("a")), "error"),
        (outcome(error=ValueError("a")), outcome(error=ValueError("b")), "error[0]"),
    ],
    ids=[
        "binding",
        "missing",
        "new",
        "stdout",
        "order of lines",
        "silent",
        "value",
        "no display",
        "display",
        "no error",
        "type of error",
        "text of error",
    ],
)
def test_a_different_part_is_found(expected: Outcome, actual: Outcome, path: str) -> None:
    found = verdict(expected, actual)
    assert found.status is Status.DIFFERENT
    assert found.differences[0].path == path


def test_the_same_error_is_equal_wherever_it_was_raised() -> None:
    assert (
        verdict(outcome(error=ValueError("a", 1)), outcome(error=ValueError("a", 1))).status is Status.EQUAL
    )


def test_introduced_names_are_ignored() -> None:
    lock = threading.Lock()
    found = verdict(
        outcome(users=[1]), outcome(users=[1], users_task=lock), introduced=frozenset({"users_task"})
    )
    assert (found.status, found.unchecked) == (Status.EQUAL, ())
    assert "users_task" not in found.checked


def test_a_definition_that_the_plan_rewrote_counts_as_its_counterpart() -> None:
    sides = [outcome(f=function(f"def f(x, seen=[]):\n    return x + {number}\n")) for number in (1, 2)]
    assert verdict(*sides).status is Status.DIFFERENT
    found = verdict(*sides, redefined=frozenset({"f"}))
    assert found.status is Status.EQUAL
    assert found.unchecked == ("f: the change rewrote this definition",)
    assert "f" not in found.checked


def test_instances_of_a_class_that_the_plan_rewrote_are_compared_by_state() -> None:
    def side(number: int, state: int) -> Outcome:
        names: dict[str, object] = {"__name__": "__main__"}
        exec(f"class A:\n    def g(self): return {number}\na = A()\na.x = {state}\n", names)
        return outcome(A=names["A"], a=names["a"])

    assert verdict(side(1, 5), side(2, 5), redefined=frozenset({"A"})).status is Status.EQUAL
    assert verdict(side(1, 5), side(2, 6), redefined=frozenset({"A"})).differences[0].path == "a.x"
    assert verdict(side(1, 5), side(2, 5)).status is Status.DIFFERENT


def test_the_defaults_of_a_rewritten_function_are_compared() -> None:
    sides = [outcome(f=function(f"def f(x, seen=[{number}]):\n    return x\n")) for number in (1, 2)]
    assert verdict(*sides, redefined=frozenset({"f"})).differences[0].path == "f.__defaults__[0][0]"


def test_an_opaque_part_is_named_with_its_reason_and_is_not_checked() -> None:
    found = verdict(outcome(users=[1], rows=iter([])), outcome(users=[1], rows=iter([])))
    assert found.status is Status.UNKNOWN
    assert found.unchecked == ("rows: an iterator is left unconsumed (list_iterator)",)
    assert found.checked == ("users", "stdout", "displays", "value", "error")


def test_sharing_among_bindings_and_the_value_is_part_of_the_outcome() -> None:
    users = [1]
    assert (
        verdict(outcome(users=users, value=users), outcome(users=[1], value=[1])).status is Status.DIFFERENT
    )
    assert verdict(outcome(a=users, b=users), outcome(a=[1], b=[1])).status is Status.DIFFERENT
    array = np.arange(4.0)
    found = verdict(outcome(a=array, b=array[1:]), outcome(a=np.arange(4.0), b=np.arange(1.0, 4.0)))
    assert found.differences[0].expected == "shares memory with a"


def test_memory_addresses_in_text_are_passed_over_and_said_so() -> None:
    found = verdict(outcome("<A object at 0x7f1234567890>\n"), outcome("<A object at 0x7fabcdef0123>\n"))
    assert found.status is Status.EQUAL
    assert found.unchecked == ("stdout: memory addresses in the text are not compared",)
    displays = [(shown(text_plain=f"<A at 0x7f00000000{number}>"),) for number in (10, 20)]
    assert verdict(outcome(displays=displays[0]), outcome(displays=displays[1])).status is Status.EQUAL


def test_the_tolerance_reaches_bindings() -> None:
    assert verdict(outcome(x=1.0), outcome(x=1.0 + 1e-12), rtol=1e-9).status is Status.CLOSE


def test_a_binding_may_be_called_like_a_part() -> None:
    found = verdict(outcome(value_=1, stdout_=1), outcome(value_=1, stdout_=1))
    assert found.status is Status.EQUAL


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda: [1, [2]], lambda x: x[1].append(3)),
        (lambda: {"a": {"b": [1]}}, lambda x: x["a"].clear()),
        (lambda: {1, 2}, lambda x: x.add(3)),
        (lambda: bytearray(b"a"), lambda x: x.append(1)),
        (lambda: np.arange(3), lambda x: x.fill(9)),
        (lambda: np.array([[1], None], dtype=object), lambda x: x[0].append(2)),
        (lambda: np.ma.array([1, 2], mask=[0, 1]), lambda x: x.__setitem__(0, 5)),
        (lambda: pd.DataFrame({"x": [1, 2]}), lambda x: x.__setitem__("x", 5)),
        (lambda: pd.DataFrame({"x": [1, 2]}), lambda x: x.loc.__setitem__((0, "x"), 5)),
        (lambda: pd.Series(["a", "b"], dtype="category"), lambda x: x.iloc.__setitem__(0, "b")),
        (lambda: pd.Series([1, None], dtype="Int64"), lambda x: x.iloc.__setitem__(1, 5)),
        (lambda: functools.partial(int, [1]), lambda x: x.args[0].append(1)),
        (lambda: function("def f(x=[]): return x"), lambda x: x.__defaults__[0].append(1)),
        (lambda: ValueError([1]), lambda x: x.args[0].append(1)),
        (lambda: Box(), lambda x: setattr(x, "value", 2)),
        (lambda: Box(), lambda x: x.inner.append(2)),
    ],
    ids=[
        "list",
        "dict",
        "set",
        "bytearray",
        "array",
        "object array",
        "masked array",
        "column",
        "cell",
        "category",
        "nullable",
        "partial",
        "default",
        "exception",
        "attribute",
        "attribute's list",
    ],
)
def test_a_later_change_does_not_reach_a_frozen_outcome(make, change) -> None:
    thing = make()
    before = freeze(outcome(x=thing))
    assert verify(before, freeze(outcome(x=thing)), rtol=0.0).status is Status.EQUAL
    change(thing)
    assert verify(before, freeze(outcome(x=thing)), rtol=0.0).status is Status.DIFFERENT
    assert verify(before, freeze(outcome(x=make())), rtol=0.0).status is Status.EQUAL


class Box:
    def __init__(self) -> None:
        self.value = 1
        self.inner: list[int] = []


@pytest.mark.parametrize(
    ("printed", "allowed", "status"),
    [
        ("b\na\n", True, Status.REORDERED),
        ("b\na\n", False, Status.DIFFERENT),
        ("a\nb\n", True, Status.EQUAL),
        ("a\nb\nb\n", True, Status.DIFFERENT),
        ("a\nc\n", True, Status.DIFFERENT),
        ("ba\n\n", True, Status.DIFFERENT),
    ],
    ids=["another order", "not allowed", "the same", "a line twice", "another line", "other ends of lines"],
)
def test_printed_lines_may_come_in_another_order_only_if_that_is_allowed(
    printed: str, allowed: bool, status: Status
) -> None:
    found = verdict(outcome("a\nb\n"), outcome(printed), allow_reorder=allowed)
    assert found.status is status


def test_a_free_order_of_lines_hides_no_other_difference() -> None:
    found = verdict(outcome("a\nb\n", x=1), outcome("b\na\n", x=2), allow_reorder=True)
    assert found.status is Status.DIFFERENT
    assert [each.path for each in found.differences] == ["x"]

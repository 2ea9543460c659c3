"""What forbids running a cell again without being asked, and in which words it is said."""

import asyncio
from types import SimpleNamespace

import pytest

from perfmagic.analysis.effects import Hazard
from perfmagic.comparing.rerunnable import Obstacle, after_commit, after_save, before_commit
from perfmagic.runners.leftovers import Leftovers, Strangers
from perfmagic.runners.namespace import save

NOBODY = Strangers(tasks=(), threads=())
HAZARDS = tuple(
    Hazard(kind="outside", reason=f"line {line} writes {what}", line=line, label=what)
    for line, what in ((3, "'out.csv'"), (5, "table 'orders'"), (6, "'log.txt'"))
)


def test_code_without_hazards_may_run_again():
    assert before_commit(()) is None


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        (1, "line 3 writes 'out.csv'"),
        (2, "line 3 writes 'out.csv' (and 1 more)"),
        (3, "line 3 writes 'out.csv' (and 2 more)"),
    ],
)
def test_the_first_hazard_is_named_with_its_line_and_the_others_are_counted(count, reason):
    found = before_commit(HAZARDS[:count])
    assert found.reason == reason
    assert "--rerun" in found.hint
    assert "--once" in found.hint


def test_state_that_can_be_put_back_is_no_obstacle():
    start = save({"items": [1, {"a": 2}]}, names=frozenset({"items"}), roots=())
    assert after_save(start) is None


def test_an_object_that_cannot_be_put_back_is_named_with_its_type():
    lines = iter([1, 2])
    start = save({"lines": lines}, names=frozenset(), roots=(("lines", lines),))
    found = after_save(start)
    assert found.reason.startswith("lines (list_iterator) cannot be put back: ")


@pytest.mark.parametrize(
    ("unrestorable", "found"),
    [(("shared",), False), (("shared", "opaque"), True)],
    ids=["only shared", "one opaque"],
)
def test_what_is_only_used_and_shared_is_no_obstacle(unrestorable, found):
    things = [
        SimpleNamespace(kind=kind, label=kind, type_name="Pool", reason="it is a resource")
        for kind in unrestorable
    ]
    assert (after_save(SimpleNamespace(unrestorable=things)) is not None) is found


@pytest.mark.parametrize(
    "error", [None, ValueError("no"), ExceptionGroup("several", [ValueError()])], ids=repr
)
def test_a_cell_that_ended_or_raised_may_run_again(error):
    assert after_commit(error, Leftovers(), NOBODY, None) is None


@pytest.mark.parametrize("error", [SystemExit(1), GeneratorExit(), asyncio.CancelledError()], ids=repr)
def test_a_cell_that_left_by_an_exit_is_not_run_again(error):
    found = after_commit(error, None, NOBODY, None)
    assert found == Obstacle(f"the cell ended by {type(error).__name__}", "remove the exit from the cell")


@pytest.fixture
async def poll():
    task = asyncio.create_task(asyncio.Event().wait(), name="poll")
    yield task
    task.cancel()
    await asyncio.wait([task])


async def test_a_task_that_outlives_the_cell_is_named(poll):
    found = after_commit(None, Leftovers(tasks=(poll,)), NOBODY, None)
    assert found.reason == "task 'poll' outlives the cell"


async def test_an_object_that_changed_while_a_task_of_an_earlier_cell_ran_is_named_with_both(poll):
    items = [1]
    start = save({"items": items}, names=frozenset(), roots=(("items", items),))
    strangers = Strangers(tasks=(poll,), threads=())
    assert after_commit(None, Leftovers(), strangers, start) is None
    items.append(2)
    found = after_commit(None, Leftovers(), strangers, start)
    assert found.reason == "items changed while task 'poll' of an earlier cell runs"
    assert after_commit(None, Leftovers(), NOBODY, start) is None


async def test_a_new_binding_is_no_shared_object(poll):
    names = {"x": 1}
    start = save(names, names=frozenset({"x", "y"}), roots=())
    names["x"], names["y"] = 2, 3
    assert after_commit(None, Leftovers(), Strangers(tasks=(poll,), threads=()), start) is None

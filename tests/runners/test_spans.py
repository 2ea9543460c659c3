"""Spans of operations: nested, failed, repeated; and that the instrumented cell is still the cell."""

import ast
import asyncio
import time
import traceback
from dataclasses import dataclass

import pytest

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.run import Span
from perfmagic.runners.program import compile_program, execute
from perfmagic.runners.spans import HOOK, SLOT, SpanRecorder, instrument, named, position, unlink


@dataclass
class Ticks:
    """A clock that moves one second at each reading."""

    now_s: float = 0.0

    def wall_s(self):
        self.now_s += 1.0
        return self.now_s

    def cpu_s(self):
        return 0.0


@pytest.fixture
def recorder():
    return SpanRecorder(clock=Ticks())


def shape(spans):
    return [(span.label, span.parent) for span in spans]


def times(spans):
    return [(span.start_s, span.end_s) for span in spans]


async def value(of):
    return of


async def test_an_awaited_operation_gives_its_value_and_its_time(recorder):
    assert await recorder.awaited(4, "f()", value(7)) == 7
    assert recorder.spans(0.0) == (Span(operation=4, label="f()", start_s=1.0, end_s=2.0, parent=None),)


def test_a_called_operation_gives_its_value_and_its_time(recorder):
    assert recorder.called(2, "f()", divmod, 7, 2) == (3, 1)
    assert recorder.called(3, "g()", dict, a=1) == {"a": 1}
    assert times(recorder.spans(0.0)) == [(1.0, 2.0), (3.0, 4.0)]


def test_names_of_arguments_that_the_recorder_uses_itself_reach_the_function(recorder):
    def f(**given):
        return given

    assert recorder.called(0, "f()", f, operation=1, label=2, function=3, self=4) == {
        "operation": 1,
        "label": 2,
        "function": 3,
        "self": 4,
    }


async def test_operations_inside_an_operation_name_it_as_their_parent(recorder):
    async def outer():
        await recorder.awaited(1, "inner", value(1))
        recorder.called(2, "call", int)
        return await recorder.awaited(3, "last", value(3))

    await recorder.awaited(0, "outer", outer())
    await recorder.awaited(4, "next", value(4))
    spans = recorder.spans(0.0)
    assert shape(spans) == [("outer", None), ("inner", 0), ("call", 0), ("last", 0), ("next", None)]
    assert times(spans) == [(1.0, 8.0), (2.0, 3.0), (4.0, 5.0), (6.0, 7.0), (9.0, 10.0)]


async def test_operations_of_tasks_side_by_side_keep_to_their_own_parent(recorder):
    async def branch(name):
        await asyncio.sleep(0)
        await recorder.awaited(1, f"inside {name}", asyncio.sleep(0))

    await asyncio.gather(*(recorder.awaited(0, name, branch(name)) for name in ("a", "b")))
    spans = recorder.spans(0.0)
    parents = {span.label: spans[span.parent].label if span.parent is not None else None for span in spans}
    assert parents == {"a": None, "b": None, "inside a": "a", "inside b": "b"}


async def test_an_operation_in_a_worker_thread_belongs_to_the_await_around_it(recorder):
    await recorder.awaited(0, "to_thread", asyncio.to_thread(recorder.called, 1, "inside", int))
    assert shape(recorder.spans(0.0)) == [("to_thread", None), ("inside", 0)]


async def test_an_operation_that_fails_ends_with_its_error(recorder):
    async def fails():
        raise KeyError("a")

    with pytest.raises(KeyError):
        await recorder.awaited(0, "fails", fails())
    with pytest.raises(ZeroDivisionError):
        recorder.called(1, "divides", divmod, 1, 0)
    recorder.called(2, "next", int)
    assert times(recorder.spans(0.0)) == [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    assert [span.parent for span in recorder.spans(0.0)] == [None] * 3


async def test_a_cancelled_operation_has_an_end(recorder):
    task = asyncio.create_task(recorder.awaited(0, "waits", asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert times(recorder.spans(0.0)) == [(1.0, 2.0)]


def test_times_count_from_the_beginning_of_the_run(recorder):
    recorder.called(0, "f()", int)
    assert times(recorder.spans(0.25)) == [(0.75, 1.75)]


def test_what_never_ended_ends_with_the_last_that_did(recorder):
    index = recorder.begin("task")
    recorder.called(0, "f()", int)
    assert times(recorder.spans(0.0)) == [(1.0, 3.0), (2.0, 3.0)]
    recorder.end(index)
    assert times(recorder.spans(0.0)) == [(1.0, 4.0), (2.0, 3.0)]


def test_without_operations_there_are_no_spans(recorder):
    assert recorder.spans(5.0) == ()


# The tree of the cell as written


def compiled(tree):
    def compile_code(node, name, mode):
        return compile(node, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)

    return compile_program(tree, "<cell>", compile_code)


def parsed(source):
    return compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def instrumented(source, names):
    """Return the instrumented program of a cell, and the labels of its operations."""
    analysis = analyse(Cell(source=source, python=source), names)
    operations = {position(each.node): (each.key, each.label) for each in analysis.operations}
    return compiled(instrument(parsed(source), operations)), [each.key for each in analysis.operations]


async def f(of=0, *more, **named):
    return of


async def g(of):
    return await f(of)


async def several(count):
    for each in range(count):
        yield each


LOOPED = {
    "a straight line": ("a = await f(1)\nb = await f(a)\n(a, b)\n", [0, 1]),
    "a list comprehension": ("[await f(x) for x in range(3)]\n", [0, 0, 0]),
    "a set comprehension": ("{await f(x) for x in range(3)}\n", [0, 0, 0]),
    "a dict comprehension, both sides": ("{await f(x): await f(-x) for x in range(2)}\n", [0, 1, 0, 1]),
    "the condition of a comprehension": ("[x for x in range(3) if await f(x)]\n", [0, 0, 0]),
    "the iterable of a comprehension": ("[x for x in [await f(1), 2]]\n", [0]),
    "a nested comprehension": ("[[await f(y) for y in range(x)] for x in range(3)]\n", [0, 0, 0]),
    "an asynchronous comprehension": ("[await f(x) async for x in several(2)]\n", [0, 0]),
    "a for loop": ("r = []\nfor x in range(3):\n    r.append(await f(x))\nr\n", [0, 0, 0]),
    "a while loop": ("n = 0\nwhile await f(n) < 2:\n    n += 1\nn\n", [0, 0, 0]),
    "a branch that is not taken": (
        "if await f(0):\n    x = await f(1)\nelse:\n    x = await f(2)\nx\n",
        [0, 2],
    ),
    "an await of a conditional expression": ("x = await f(1) if await f(0) else await f(2)\nx\n", [0, 2]),
    "an await inside the argument of an await": ("await f(await f(3))\n", None),
    "a call inside the argument": ("await f(max(1, 2))\n", [0]),
    "starred and named arguments": ("await f(*[4], a=1, **{'b': 2})\n", [0]),
    "an f-string": ("f'{await f(1)}-{await f(2)!r:>3}'\n", [0, 1]),
    "a walrus": ("(x := await f(3)) + x\n", [0]),
    "a tuple target": ("a, b = await f(1), await f(2)\n(a, b)\n", [0, 1]),
    "a method of the result": ("(await f('text')).upper()\n", [0]),
    "an augmented assignment": ("x = 1\nx += await f(2)\nx\n", [0]),
    "try and finally": ("try:\n    x = await f(1)\nfinally:\n    y = await f(2)\n(x, y)\n", [0, 1]),
    "a definition that is awaited": (
        "async def h():\n    a = await f(1)\n    return a + await f(2)\nawait h()\n",
        None,
    ),
    "two awaits on one line behind wide letters": (
        "é = 'ü'; x = await f(1); y = await f(2)\n(x, y)\n",
        [0, 1],
    ),
    "over several lines": ("x = await f(\n    1,\n)\nx\n", [0]),
}


@pytest.mark.parametrize(("source", "operations"), LOOPED.values(), ids=LOOPED)
async def test_an_instrumented_cell_gives_the_same_and_notes_each_operation(source, operations, recorder):
    plain, watched = {"f": f, "g": g, "several": several}, {"f": f, "g": g, "several": several}
    expected = await execute(compiled(parsed(source)), plain, plain)
    made, keys = instrumented(source, watched)
    assert await execute(made, watched | {HOOK: recorder}, watched) == expected
    noted = [span.operation for span in recorder.spans(0.0)]
    if operations is not None:
        assert noted == operations
    assert set(noted) <= set(keys)
    assert noted


async def test_an_operation_inside_the_argument_of_another_is_not_part_of_it(recorder):
    """Arguments are evaluated before the await that uses them begins."""
    names = {"f": f, HOOK: recorder}
    made, _ = instrumented("await f(await f(3))\n", names)
    assert await execute(made, names, names) == 3
    assert [span.parent for span in recorder.spans(0.0)] == [None, None]
    first, second = times(recorder.spans(0.0))
    assert first[1] <= second[0]


async def test_operations_of_an_awaited_definition_lie_inside_the_await(recorder):
    names = {"f": f, HOOK: recorder}
    made, _ = instrumented("async def h():\n    await f(1)\n    await f(2)\nawait h()\n", names)
    await execute(made, names, names)
    assert [span.parent for span in recorder.spans(0.0)] == [None, 0, 0]


def test_blocking_calls_of_a_cell_without_awaits_are_noted(recorder):
    names = {"time": time, HOOK: recorder}
    made, keys = instrumented("time.sleep(0)\nx = [time.sleep(0) for _ in range(2)]\n", names)
    with pytest.raises(StopIteration):
        execute(made, names, names).send(None)
    assert [span.operation for span in recorder.spans(0.0)] == [keys[0], keys[1], keys[1]]


def test_a_tree_without_operations_stays_as_it_is():
    source = "x = f(1)\nawait f(2)\n"
    assert ast.dump(instrument(parsed(source), {})) == ast.dump(parsed(source))


async def test_the_users_line_stays_in_the_traceback(recorder):
    async def fails():
        raise KeyError("a")

    names = {"fails": fails, HOOK: recorder}
    made, _ = instrumented("x = 1\ny = await fails()\n", names)
    with pytest.raises(KeyError) as caught:
        await execute(made, names, names)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [each.lineno for each in frames if each.filename == "<cell>"] == [2]


async def test_a_wait_for_a_slot_is_a_span_of_its_own(recorder):
    """The semaphore is held and let go of as before, after an error too."""
    semaphore = asyncio.Semaphore(1)
    names = {"f": f, "semaphore": semaphore, HOOK: recorder}
    tree = parsed("async with semaphore:\n    await f(1)\n    held = semaphore.locked()\n    1 / 0\n")
    made = compiled(instrument(tree, {}, slots=frozenset({"semaphore"})))
    with pytest.raises(ZeroDivisionError):
        await execute(made, names, names)
    assert names["held"]
    assert not semaphore.locked()
    assert [(each.operation, each.start_s, each.end_s) for each in recorder.spans(0.0)] == [(SLOT, 1.0, 2.0)]


async def test_frames_of_the_recorder_are_taken_out_of_a_traceback(recorder):
    async def fails():
        raise KeyError("a")

    names = {"fails": fails, HOOK: recorder}
    made, _ = instrumented("y = await fails()\n", names)
    with pytest.raises(KeyError) as caught:
        await execute(made, names, names)
    before = [each.name for each in traceback.extract_tb(caught.value.__traceback__)]
    unlink(caught.value.__traceback__)
    after = [each.name for each in traceback.extract_tb(caught.value.__traceback__)]
    assert [name for name in before if name not in after] == ["awaited"]
    unlink(None)


class Held:
    def __init__(self, keeps=False):
        self.keeps = keeps

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, traceback):
        return self.keeps


def waiting_tree(source):
    """Return an instrumented tree in which only the hidden waits are noted, numbered from 10 in steps of 10."""
    tree = parsed(source)
    places = [
        item
        for each in ast.walk(tree)
        for item in [
            *(
                with_item.context_expr
                for with_item in getattr(each, "items", [])
                if isinstance(each, ast.AsyncWith)
            ),
            *([each.iter] if isinstance(each, ast.AsyncFor) or getattr(each, "is_async", 0) else []),
        ]
    ]
    return instrument(
        tree,
        {},
        hidden={position(each): (10 * at, ast.unparse(each)) for at, each in enumerate(places, start=1)},
    )


@pytest.mark.parametrize(
    ("source", "expected", "operations"),
    [
        ("async with held as k:\n    r = k is held\n", {"r": True}, [10, 11]),
        ("async with held as j, held as k:\n    r = j is k\n", {"r": True}, [10, 20, 21, 11]),
        ("async with keeping:\n    r = 1\n    raise ValueError\n", {"r": 1}, [10, 11]),
        ("r = []\nasync for i in two():\n    r.append(i)\n", {"r": [0, 1]}, [10] * 3),
        ("r = [i async for i in two() if i]\n", {"r": [1]}, [10] * 3),
        ("r = [i for i in range(2)]\n", {"r": [0, 1]}, []),
        ("try:\n    async with 3:\n        pass\nexcept TypeError as e:\n    r = str(e)\n", {}, []),
        ("try:\n    async for i in 3:\n        pass\nexcept TypeError as e:\n    r = str(e)\n", {}, []),
    ],
    ids=[
        "entered and left", "two managers", "a kept error", "steps", "steps of a comprehension", "a plain loop",
        "no manager", "no iterable",
    ],
)  # fmt: skip
async def test_waits_without_await_are_noted_and_change_nothing(source, expected, operations, recorder):
    async def two():
        yield 0
        yield 1

    async def left(tree, **extra):
        names = {"held": Held(), "keeping": Held(keeps=True), "two": two, **extra}
        await execute(compiled(tree), names, names)
        return {"r": names["r"]}

    plain = await left(parsed(source))
    assert await left(waiting_tree(source), **{HOOK: recorder}) == plain
    assert {**plain, **expected} == plain
    assert [each.operation for each in recorder.spans(0.0)] == operations


class Proxy:
    """What stands for something remote: it has every attribute, or fails where it is asked for one."""

    def __init__(self, answer):
        self.answer = answer

    def __getattr__(self, name):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("answer", [3, KeyError("no such method")], ids=["it has all", "it fails"])
def test_an_object_that_has_no_name_is_told_by_another_word(answer):
    assert named(Proxy(answer), "__qualname__", "call") == "call"
    assert named(len, "__qualname__", "call") == "len"

"""Tasks and submitted calls of changed code, observed where they start."""

import ast
import asyncio
import contextvars
import sys
import threading
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from perfmagic.runners.spans import UNEXPLAINED, SpanRecorder
from perfmagic.runners.starts import observed, process_pools


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


def shape(recorder):
    return [(each.label, each.parent) for each in recorder.spans(0.0)]


async def value(of):
    return of


async def g(of):
    return await value(of)


async def test_tasks_are_observed_while_the_block_runs_and_not_afterwards(recorder):
    before = asyncio.get_running_loop().get_task_factory()
    with observed(recorder):
        await asyncio.gather(asyncio.create_task(g(1)), asyncio.create_task(value(2)))
        await asyncio.sleep(0)
    await asyncio.create_task(value(3))
    spans = recorder.spans(0.0)
    assert [(span.operation, span.label) for span in spans] == [(UNEXPLAINED, "g"), (UNEXPLAINED, "value")]
    assert all(span.start_s < span.end_s for span in spans)
    assert asyncio.get_running_loop().get_task_factory() is before


async def test_a_task_factory_of_the_user_is_still_used(recorder):
    made = []

    def factory(loop, coro, **kwargs):
        made.append(coro.__name__)
        return asyncio.Task(coro, loop=loop, **kwargs)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(factory)
    with observed(recorder):
        await asyncio.create_task(value(1), name="named")
    assert made == ["value"]
    assert loop.get_task_factory() is factory
    loop.set_task_factory(None)


def test_submitted_calls_are_observed_without_an_event_loop(recorder):
    submit = ThreadPoolExecutor.submit
    with observed(recorder), ThreadPoolExecutor(1) as pool:
        assert list(pool.map(divmod, [7, 9], [2, 2])) == [(3, 1), (4, 1)]
        failed = pool.submit(divmod, 1, 0)
        assert isinstance(failed.exception(), ZeroDivisionError)
        assert pool.submit(dict, fn=1, a=2).result() == {"fn": 1, "a": 2}
    assert [span.label for span in recorder.spans(0.0)] == ["divmod", "divmod", "divmod", "dict"]
    assert ThreadPoolExecutor.submit is submit


def test_observation_ends_even_after_an_error(recorder):
    submit = ThreadPoolExecutor.submit
    with pytest.raises(KeyError), observed(recorder):
        {}["missing"]
    assert ThreadPoolExecutor.submit is submit


async def test_what_an_operation_starts_lies_inside_it(recorder):
    async def outer():
        await asyncio.gather(value(1), value(2))
        await asyncio.to_thread(divmod, 7, 2)

    outer.__qualname__ = "outer"
    with observed(recorder):
        await asyncio.gather(outer(), value(3))
    assert shape(recorder) == [("outer", None), ("value", None), ("value", 0), ("value", 0), ("call", 0)]


async def test_a_call_in_a_thread_lies_inside_the_task_that_waits_for_it(recorder):
    with observed(recorder):
        await asyncio.create_task(asyncio.to_thread(divmod, 7, 2))
    assert shape(recorder) == [("to_thread", None), ("call", 0)]


async def test_tasks_that_others_start_meanwhile_are_not_ours(recorder):
    gate = asyncio.Event()

    async def stranger():
        await gate.wait()
        await asyncio.create_task(value(1))

    earlier = asyncio.create_task(stranger())
    await asyncio.sleep(0)
    with observed(recorder):
        gate.set()
        await earlier
        await asyncio.create_task(value(2))
    assert len(recorder.spans(0.0)) == 1


async def test_a_context_that_the_user_gives_to_a_task_is_used(recorder):
    variable = contextvars.ContextVar("variable", default=1)
    context = contextvars.copy_context()
    context.run(variable.set, 5)

    async def read():
        return variable.get()

    with observed(recorder):
        assert await asyncio.get_running_loop().create_task(read(), context=context) == 5
        assert await asyncio.create_task(read()) == 1


async def test_a_factory_that_knows_no_contexts_is_given_none(recorder):
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coro, name=None: asyncio.Task(coro, loop=loop, name=name))
    try:
        with observed(recorder):
            assert await asyncio.create_task(value(1)) == 1
    finally:
        loop.set_task_factory(None)
    assert [label for label, _ in shape(recorder)] == ["value"]


def test_a_call_begins_when_a_thread_takes_it(recorder):
    """The second one stands in line behind the first, for as long as that takes."""
    with observed(recorder), ThreadPoolExecutor(1) as pool:
        gate = threading.Event()
        pool.submit(gate.wait)
        pool.submit(int)
        gate.set()
    first, second = recorder.spans(0.0)
    assert second.start_s > first.start_s
    assert second.start_s >= first.end_s


class Pool(ProcessPoolExecutor):
    """A pool whose calls end when the test says so."""

    def __init__(self, workers):
        self._max_workers = workers

    def submit(self, fn, /, *args, **kwargs):
        return Future()


def test_a_call_in_another_process_begins_when_a_worker_is_free(recorder):
    """Given at 1, 2 and 3 to two workers; the first ends at 4, so the third begins then."""
    with observed(recorder, [Pool]):
        pool = Pool(2)
        given = [pool.submit(int) for _ in range(3)]
        for each in given:
            each.set_result(None)
    assert [(each.start_s, each.end_s) for each in recorder.spans(0.0)] == [
        (1.0, 4.0),
        (2.0, 5.0),
        (4.0, 6.0),
    ]


def test_a_call_that_never_ends_keeps_its_place(recorder):
    with observed(recorder, [Pool]):
        Pool(1).submit(int)
    assert [each.operation for each in recorder.spans(0.0)] == [UNEXPLAINED]


@pytest.mark.parametrize(
    ("source", "homes"),
    [
        ("from loky import get_reusable_executor\n", ["loky.process_executor"]),
        ("import loky\n", ["loky.process_executor"]),
        ("from concurrent.futures import ProcessPoolExecutor\n", ["concurrent.futures.process"]),
        ("import concurrent.futures\n", ["concurrent.futures.process"]),
        ("import asyncio\nfrom . import loky\nloky = 1\n", []),
    ],
)
def test_pools_of_processes_are_found_by_what_is_imported(source, homes):
    assert [each.__module__ for each in process_pools(ast.parse(source))] == homes


def test_a_package_that_is_missing_is_left_to_the_code_that_imports_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "loky.process_executor", None)
    assert process_pools(ast.parse("import loky\n")) == ()


def test_the_method_of_every_pool_is_put_back(recorder):
    before = Pool.submit
    with pytest.raises(KeyError), observed(recorder, [Pool]):
        {}["missing"]
    assert Pool.submit is before


async def test_a_factory_that_the_block_sets_stays(recorder):
    def factory(loop, coro, **kwargs):
        return asyncio.Task(coro, loop=loop, **kwargs)

    loop = asyncio.get_running_loop()
    with observed(recorder):
        loop.set_task_factory(factory)
    assert loop.get_task_factory() is factory
    loop.set_task_factory(None)

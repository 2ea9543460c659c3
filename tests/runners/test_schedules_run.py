"""What a changed cell starts is delayed; values, errors, cancellations and other people's tasks pass as they are."""

import ast
import asyncio
import concurrent.futures
import contextvars
import gc
import sys
import time
import types
import warnings

import pytest

from perfmagic.runners.program import compile_program, execute
from perfmagic.runners.schedules import AS_IT_COMES, SCHEDULES
from perfmagic.runners.schedules_run import scheduled
from tests.runners.virtual_loop import LoopClock, VirtualLoop

ALL = frozenset(range(1, 100))
SETUP = """
async def step(name, seconds=0.25):
    log.append(f"{name} began")
    await asyncio.sleep(seconds)
    log.append(f"{name} ended")
    return name
async def fails(seconds=0.125):
    await asyncio.sleep(seconds)
    raise ValueError("of the user")
"""
numbered = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda each: f"{each.number}-{each.form}")


def program(source):
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source, "<cell>", "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    return compile_program(
        tree, "<cell>", lambda node, name, mode: compile(node, name, mode, flags, dont_inherit=True)
    )


class Run:
    """One program, run as it comes and then under schedules, each time in fresh names."""

    def __init__(self, source, *, lines=ALL, setup=SETUP, factory=None, **names):
        self.program = program(setup + source)
        self.first_line = setup.count("\n") + 1
        self.lines = lines
        self.factory = factory
        self.given = names
        self.names = {}
        self.seen = None
        self.factory_after = None

    def under(self, schedule, tempo=None):
        self.names = {"asyncio": asyncio, "log": [], "time": time, **self.given}

        async def whole():
            loop = asyncio.get_running_loop()
            loop.set_task_factory(self.factory)
            clock = LoopClock()
            before_s = clock.wall_s()
            with scheduled(schedule, self.program, lines=self.lines, clock=clock, tempo=tempo) as self.seen:
                await loop.create_task(execute(self.program, self.names, self.names))
            self.factory_after = loop.get_task_factory()
            return clock.wall_s() - before_s

        with warnings.catch_warnings(), asyncio.Runner(loop_factory=VirtualLoop) as runner:
            warnings.simplefilter("error")
            self.wall_s = runner.run(whole())
            gc.collect()
        return self

    def tempo(self):
        self.under(AS_IT_COMES)
        return self.seen.tempo_of(wall_s=self.wall_s, most_s=10.0)

    @property
    def log(self):
        return self.names["log"]


GATHER = "a, b, c = await asyncio.gather(step('a'), step('b', 0.5), step('c'))\n"


def test_a_watched_run_is_not_delayed_and_tells_what_was_started():
    run = Run(GATHER).under(AS_IT_COMES)
    assert run.wall_s == pytest.approx(0.5, abs=1e-6)
    assert [(each.number, each.label, each.line - run.first_line) for each in run.seen.starts] == [
        (0, "step", 0), (1, "step", 0), (2, "step", 0),
    ]  # fmt: skip
    tempo = run.seen.tempo_of(wall_s=0.5, most_s=1.0)
    assert tempo.durations_s == pytest.approx((0.25, 0.5, 0.25), abs=1e-6)
    assert tempo.batches == ((0, 1, 2),)
    assert tempo.waits == (1, 1, 1)
    assert not tempo.cancels


def test_starts_after_the_end_of_earlier_ones_are_a_batch_of_their_own():
    run = Run(GATHER + "d, e = await asyncio.gather(step('d'), step('e'))\n")
    assert run.tempo().batches == ((0, 1, 2), (3, 4))


def test_swapped_operations_run_one_after_the_other_in_reverse():
    run = Run(GATHER)
    run.under(SCHEDULES[0], run.tempo())
    assert run.log == ["c began", "c ended", "b began", "b ended", "a began", "a ended"]
    assert [run.names[each] for each in "abc"] == ["a", "b", "c"]


FORMS = {
    "gather": GATHER,
    "tasks": "t = asyncio.create_task(step('b', 0.5))\nu = asyncio.create_task(step('c'))\na = await step('a')\nb = await t\nc = await u\n",
    "a task group": "async with asyncio.TaskGroup() as group:\n    t, u, v = [group.create_task(step(n)) for n in 'abc']\n"
    "a, b, c = t.result(), u.result(), v.result()\n",
    "a semaphore": "gate = asyncio.Semaphore(2)\nasync def held(n):\n    async with gate:\n        return await step(n)\n"
    "a, b, c = await asyncio.gather(*map(held, 'abc'))\n",
    "a time limit": "async with asyncio.timeout(30):\n    a, b, c = await asyncio.gather(*map(step, 'abc'))\n",
    "a queue": "queue = asyncio.Queue()\nasync def put():\n    for n in 'abc':\n        await queue.put(await step(n))\n"
    "async def take():\n    return [await queue.get() for _ in 'abc']\n_, (a, b, c) = await asyncio.gather(put(), take())\n",
    "wait": "done, _ = await asyncio.wait([asyncio.ensure_future(step(n)) for n in 'abc'])\na, b, c = sorted(t.result() for t in done)\n",
    "a condition": "ready = asyncio.Condition()\nseen = []\nasync def tell(n):\n    async with ready:\n        seen.append(await step(n))\n"
    "        ready.notify_all()\nasync def all_told():\n    async with ready:\n        await ready.wait_for(lambda: len(seen) == 3)\n"
    "await asyncio.gather(all_told(), *map(tell, 'abc'))\na, b, c = sorted(seen)\n",
    "an async generator": "async def each():\n    for n in 'abc':\n        yield await step(n)\nasync def collect():\n    return [n async for n in each()]\n"
    "(a, b, c), _ = await asyncio.gather(collect(), step('d'))\n",
}


@pytest.mark.parametrize("source", FORMS.values(), ids=FORMS)
@numbered
def test_every_form_of_concurrency_works_under_every_schedule(source, schedule):
    run = Run(source)
    tempo = run.tempo()
    run.under(schedule, tempo)
    assert [run.names[each] for each in "abc"] == ["a", "b", "c"]


@numbered
def test_an_error_of_the_user_arrives_as_it_is(schedule):
    source = "try:\n    await asyncio.gather(step('a'), fails())\nexcept ValueError as raised:\n    error = (str(raised), raised.__context__, raised.__cause__)\n"
    run = Run(source + "await asyncio.sleep(5)\n")
    run.under(schedule, run.tempo())
    assert run.names["error"] == ("of the user", None, None)
    assert not run.seen.cancelled


@numbered
def test_a_failing_task_group_cancels_the_others_and_that_is_no_time_limit(schedule):
    source = (
        "kinds = []\nasync def noted():\n    try:\n        await asyncio.sleep(3)\n    except asyncio.CancelledError:\n"
        "        kinds.append('cancelled')\n        raise\n"
        "try:\n    async with asyncio.TaskGroup() as group:\n        group.create_task(noted())\n        group.create_task(fails())\n"
        "except* ValueError as raised:\n    error = len(raised.exceptions)\n"
    )
    run = Run(source)
    tempo = run.tempo()
    assert run.names["kinds"] == ["cancelled"]
    run.under(schedule, tempo)
    assert run.names["error"] == 1
    assert not run.seen.cancelled


def test_a_time_limit_that_runs_out_is_noticed():
    source = "try:\n    async with asyncio.timeout(0.3):\n        await asyncio.gather(step('a'), step('b'))\nexcept TimeoutError:\n    late = True\n"
    run = Run(source)
    tempo = run.tempo()
    assert "late" not in run.names
    assert not tempo.cancels
    run.under(SCHEDULES[0], tempo)
    assert run.names["late"]
    assert run.seen.cancelled


@numbered
def test_a_task_that_is_cancelled_before_it_begins_never_begins_and_is_not_forgotten(schedule):
    source = "t = asyncio.create_task(step('a'))\nu = asyncio.create_task(step('b'))\nt.cancel()\nb = await u\ngone = t.cancelled()\n"
    run = Run(source)
    run.under(schedule, run.tempo())
    assert run.names["gone"]
    assert run.log == ["b began", "b ended"]


@numbered
def test_cancelling_what_waits_for_its_turn_ends_it_at_once(schedule):
    source = "t = asyncio.create_task(step('a', 4))\nb = await step('b')\nt.cancel()\ntry:\n    await t\nexcept asyncio.CancelledError:\n    gone = True\n"
    run = Run(source)
    run.under(schedule, run.tempo())
    assert run.names["gone"]
    assert "a ended" not in run.log


@numbered
def test_context_variables_are_those_of_the_task(schedule):
    user = contextvars.ContextVar("user", default="nobody")
    source = (
        "async def who(name):\n    user.set(name)\n    await asyncio.sleep(0.25)\n    return user.get()\n"
        "a, b = await asyncio.gather(who('ann'), who('bob'))\nmine = user.get()\n"
    )
    run = Run(source, user=user)
    run.under(schedule, run.tempo())
    assert (run.names["a"], run.names["b"], run.names["mine"]) == ("ann", "bob", "nobody")


def test_tasks_keep_the_names_of_what_they_run():
    run = Run(
        "t = asyncio.create_task(step('a'), name='first')\nnames = (t.get_name(), t.get_coro().__qualname__)\nawait t\n"
    )
    run.under(SCHEDULES[0], run.tempo())
    assert run.names["names"] == ("first", "step")


def test_an_older_kind_of_coroutine_is_delayed_too():
    @types.coroutine
    def old(seconds):
        yield from asyncio.sleep(seconds).__await__()
        return "old"

    run = Run("a, b = await asyncio.gather(old(0.25), step('b'))\n", old=old)
    run.under(SCHEDULES[0], run.tempo())
    assert run.names["a"] == "old"


# What is left alone


def test_only_the_given_lines_are_delayed():
    source = "a, b = await asyncio.gather(step('a'), step('b'))\nc, d = await asyncio.gather(step('c'), step('d'))\n"
    second = SETUP.count("\n") + 2
    run = Run(source, lines=frozenset({second}))
    run.under(SCHEDULES[0], run.tempo())
    assert run.log == [
        "a began", "b began", "a ended", "b ended", "d began", "d ended", "c began", "c ended",
    ]  # fmt: skip
    assert [each.line for each in run.seen.starts] == [second, second]


def test_what_a_function_from_elsewhere_starts_is_left_alone():
    async def elsewhere(log):
        async def part(name):
            log.append(name)

        await asyncio.gather(part("first"), part("second"))

    run = Run("await asyncio.gather(elsewhere(log), step('b'))\n", elsewhere=elsewhere)
    run.under(SCHEDULES[0], run.tempo())
    assert [each.label for each in run.seen.starts] == ["elsewhere", "step"]
    assert run.log == ["b began", "b ended", "first", "second"]


def test_the_inner_task_of_a_time_limit_is_left_alone():
    """Before Python 3.12 `asyncio.wait_for` makes one, and its time runs already."""
    run = Run(
        "a = await asyncio.wait_for(step('a'), 0.3)\nb, c = await asyncio.gather(step('b'), step('c'))\n"
    )
    run.under(SCHEDULES[0], run.tempo())
    assert run.names["a"] == "a"
    assert len(run.seen.starts) == 2


# Task factories


def test_a_factory_that_was_set_before_makes_the_tasks_and_is_put_back():
    made = []

    def own(loop, coro, **kwargs):
        made.append(coro.__qualname__)
        return asyncio.Task(coro, loop=loop, **kwargs)

    run = Run(GATHER, factory=own)
    run.under(SCHEDULES[0], run.tempo())
    assert made.count("step") == 6
    assert run.factory_after is own
    assert run.log[0] == "c began"


def test_without_a_factory_none_is_left_behind():
    assert Run(GATHER).under(AS_IT_COMES).factory_after is None


def test_a_factory_that_the_cell_sets_stays():
    own = "def own(loop, coro, **kwargs):\n    return asyncio.Task(coro, loop=loop, **kwargs)\n"
    run = Run(f"{own}asyncio.get_running_loop().set_task_factory(own)\nawait step('a')\n").under(AS_IT_COMES)
    assert run.factory_after is run.names["own"]


if sys.version_info >= (3, 12):  # the first with eager tasks

    @numbered
    def test_eager_tasks_begin_where_they_are_made(schedule):
        source = "t = asyncio.create_task(step('a'))\nat_once = list(log)\nb = await step('b')\na = await t\n"
        run = Run(source, factory=asyncio.eager_task_factory)
        tempo = run.tempo()
        run.under(schedule, tempo)
        assert run.names["at_once"] == ["a began"]
        assert (run.names["a"], run.names["b"]) == ("a", "b")
        assert run.factory_after is asyncio.eager_task_factory


# Threads, on real time


THREADS = """
from concurrent.futures import ThreadPoolExecutor
def call(name, seconds=0.01):
    log.append(f"{name} began")
    time.sleep(seconds)
    log.append(f"{name} ended")
    return name
"""


def threaded(source, schedule=None):
    """Run a program with threads as it comes, then under a schedule; return its names and what was seen."""
    compiled = program(THREADS + source)

    def once(schedule, tempo):
        names = {"log": [], "time": time}
        with scheduled(schedule, compiled, lines=ALL, clock=RealClock(), tempo=tempo) as seen:
            body = execute(compiled, names, names)
            with pytest.raises(StopIteration):
                body.send(None)
        return names, seen

    names, seen = once(AS_IT_COMES, None)
    if schedule is None:
        return names, seen
    return once(schedule, seen.tempo_of(wall_s=0.03, most_s=1.0))


class RealClock:
    def wall_s(self):
        return time.perf_counter()

    def cpu_s(self):
        return 0.0


POOL = "with ThreadPoolExecutor(2) as pool:\n    one = pool.submit(call, 'a')\n    two = pool.submit(call, 'b')\n    a, b = one.result(), two.result()\n"


def test_submitted_calls_are_seen_by_name_and_line():
    _, seen = threaded(POOL)
    line = THREADS.count("\n") + 2
    assert [(each.label, each.line) for each in seen.starts] == [("call", line), ("call", line + 1)]
    assert seen.tempo_of(wall_s=0.03, most_s=1.0).batches == ((0, 1),)


def test_swapped_calls_wait_for_the_time_that_those_behind_them_take():
    names, seen = threaded(POOL, SCHEDULES[0])
    first, second = seen.starts
    assert second.delay_s < seen.longest_s < first.delay_s
    assert all(each.began_s - each.noted_s >= each.delay_s for each in seen.starts)
    assert (names["a"], names["b"]) == ("a", "b")


@numbered
def test_results_and_errors_of_calls_arrive_under_every_schedule(schedule):
    source = (
        POOL + "def broken():\n    raise ValueError('of the user')\n"
        "with ThreadPoolExecutor(2) as pool:\n    future = pool.submit(broken)\n    kind = type(future.exception()).__name__\n"
        "    mapped = list(pool.map(call, 'cd', [0.001, 0.001]))\n"
    )
    names, seen = threaded(source, schedule)
    assert (names["a"], names["b"], names["kind"], names["mapped"]) == ("a", "b", "ValueError", ["c", "d"])
    assert len(seen.starts) == 5


@numbered
def test_executors_and_the_switching_of_threads_are_as_before(schedule):
    before = concurrent.futures.ThreadPoolExecutor.submit, sys.getswitchinterval()
    threaded(POOL, schedule)
    assert (concurrent.futures.ThreadPoolExecutor.submit, sys.getswitchinterval()) == before


def test_calls_that_others_submit_are_left_alone():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        compiled = program("future = elsewhere()\nvalue = future.result()\n")
        names = {"elsewhere": lambda: pool.submit(time.time)}
        with scheduled(SCHEDULES[0], compiled, lines=ALL, clock=RealClock()) as seen:
            body = execute(compiled, names, names)
            with pytest.raises(StopIteration):
                body.send(None)
    assert seen.starts == []


def test_awaited_threads_are_delayed_inside_their_tasks():
    source = (
        THREADS + "a, b = await asyncio.gather(asyncio.to_thread(call, 'a'), asyncio.to_thread(call, 'b'))\n"
    )
    compiled = program(source)
    logs = []

    async def whole():
        tempo = None
        for schedule in (AS_IT_COMES, SCHEDULES[0]):
            names = {"log": [], "time": time, "asyncio": asyncio}
            with scheduled(schedule, compiled, lines=ALL, clock=RealClock(), tempo=tempo) as seen:
                await asyncio.create_task(execute(compiled, names, names))
            tempo = seen.tempo_of(wall_s=0.02, most_s=1.0)
            logs.append((names["log"], [each.label for each in seen.starts]))

    asyncio.run(whole())
    assert logs[1] == (["b began", "b ended", "a began", "a ended"], ["call", "call"])


@pytest.mark.parametrize(
    "answer", ["3", "{}[name]"], ids=["has every attribute", "fails where it is asked for one"]
)
def test_a_proxy_is_called_as_it_is(answer):
    source = f"""
class Proxy:
    def __call__(self, value):
        return value
    def __getattr__(self, name):
        return {answer}
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as executor:
    log.extend(each.result() for each in [executor.submit(Proxy(), number) for number in (1, 2)])
"""
    names, seen = threaded(source, SCHEDULES[0])
    assert names["log"] == [1, 2]
    assert [each.label for each in seen.starts] == ["call", "call"]

"""One run in the user's namespace: its sample, its outcome, and what it leaves to the caller."""

import asyncio
import contextvars

import pytest

from perfmagic.runners.inline import Runner, present
from tests.comparing.laboratory import FakeClock, PlainHost

COLOUR = contextvars.ContextVar("colour", default="none")


class Laboratory:
    def __init__(self, **names):
        self.clock = FakeClock()
        self.host = PlainHost(self.clock, names)
        self.flushed = []
        self.host.flush_figures = lambda *, live: self.flushed.append(self.clock.now_s)
        self.runner = Runner(host=self.host, clock=self.clock)

    def program(self, source):
        return self.host.compile(*self.host.parse(source))

    def commit(self, source, names=()):
        return self.runner.commit(self.program(source), frozenset(names))

    def rerun(self, source, names=(), **more):
        return self.runner.rerun(self.program(source), frozenset(names), **more)


BOTH = pytest.mark.parametrize("way", [Laboratory.commit, Laboratory.rerun], ids=["commit", "rerun"])


@BOTH
async def test_a_run_gives_bindings_value_output_and_cost(way):
    lab = Laboratory()
    run = await way(lab, "x = 1\nprint('seen')\ntime.sleep(0.5)\nx + 1\n", ["x", "never_bound"])
    assert dict(run.outcome.bindings) == {"x": 1}
    assert (run.outcome.value, run.outcome.stdout, run.outcome.error) == (2, "seen\n", None)
    assert (run.sample.wall_s, run.sample.cpu_s, run.executions) == (0.5, 0.0, 1)
    assert run.started_s == 1024.0


@BOTH
async def test_the_users_error_is_part_of_the_outcome_with_its_cost(way):
    run = await way(Laboratory(), "x = 1\ntime.sleep(0.25)\nraise KeyError('a')\n", ["x"])
    assert isinstance(run.outcome.error, KeyError)
    assert run.outcome.value is None
    assert dict(run.outcome.bindings) == {"x": 1}
    assert run.sample.wall_s == 0.25


@BOTH
@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit", "asyncio.CancelledError"])
async def test_an_exit_is_handed_to_the_caller_to_decide(way, error):
    run = await way(Laboratory(), f"raise {error}\n")
    assert type(run.outcome.error).__name__ == error.rpartition(".")[2]


@BOTH
async def test_cpu_time_is_told_beside_wall_time(way):
    lab = Laboratory()
    lab.clock.busy = 0.5
    run = await way(lab, "time.sleep(1)\n")
    assert (run.sample.wall_s, run.sample.cpu_s) == (1.0, 0.5)


@BOTH
async def test_figures_are_flushed_after_the_body_and_outside_its_time(way):
    lab = Laboratory()
    lab.host.flush_figures = lambda *, live: lab.clock.sleep(4)
    run = await way(lab, "time.sleep(1)\n")
    assert run.sample.wall_s == 1.0
    assert lab.clock.log == [1, 4]


@pytest.mark.parametrize(
    ("way", "shown"), [(Laboratory.commit, "seen\n"), (Laboratory.rerun, "")], ids=["commit", "rerun"]
)
async def test_only_the_committed_run_shows_its_output(way, shown):
    lab = Laboratory()
    run = await way(lab, "print('seen')\n")
    assert run.outcome.stdout == "seen\n"
    assert lab.host.shown == shown


@pytest.mark.parametrize("loops", [1, 3, 8])
@pytest.mark.parametrize("wait", ["time.sleep(0.25)", "await asyncio.sleep(0.25)"], ids=["plain", "awaiting"])
async def test_a_sample_of_several_loops_is_their_mean(loops, wait):
    lab = Laboratory(items=[])
    run = await lab.rerun(f"items.append(1)\n{wait}\nlen(items)\n", loops=loops)
    assert (run.sample.wall_s, run.executions, run.outcome.value) == (0.25, loops, loops)
    assert lab.clock.log == [0.25] * loops


async def test_an_error_ends_the_loops():
    lab = Laboratory(items=[])
    run = await lab.rerun("items.append(1)\nif len(items) == 2:\n    raise KeyError\n", loops=5)
    assert isinstance(run.outcome.error, KeyError)
    assert lab.host.namespace["items"] == [1, 1]


async def test_the_committed_run_is_in_the_task_of_the_caller_and_keeps_its_context():
    lab = Laboratory(COLOUR=COLOUR)
    await lab.commit("task = asyncio.current_task()\nCOLOUR.set('red')\nawait asyncio.sleep(0)\n")
    assert lab.host.namespace["task"] is asyncio.current_task()
    assert COLOUR.get() == "red"


@pytest.mark.parametrize("ending", ["", "await asyncio.sleep(0)\n"], ids=["plain", "awaiting"])
async def test_what_a_rerun_sets_in_its_context_ends_with_it(ending):
    lab = Laboratory(COLOUR=COLOUR)
    COLOUR.set("red")
    await lab.rerun("seen = COLOUR.get()\nCOLOUR.set('blue')\n" + ending)
    assert lab.host.namespace["seen"] == "red"
    assert COLOUR.get() == "red"


async def test_a_rerun_that_awaits_is_a_task_of_its_own():
    lab = Laboratory()
    await lab.rerun("task = asyncio.current_task()\nawait asyncio.sleep(0)\n")
    assert lab.host.namespace["task"] is not asyncio.current_task()
    assert lab.host.namespace["task"].done()


@BOTH
def test_a_body_without_await_needs_no_event_loop(way):
    lab = Laboratory()
    coroutine = way(lab, "x = 1\nx\n", ["x"])
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    assert end.value.value.outcome.value == 1


@BOTH
async def test_a_name_that_the_run_deletes_is_absent(way):
    run = await way(Laboratory(x=1, y=2), "del x\n", ["x", "y"])
    assert dict(run.outcome.bindings) == {"y": 2}


def test_bindings_are_by_reference_and_in_order_of_their_names():
    items = [1]
    found = present({"b": items, "a": 1, "c": 3}, frozenset({"b", "a", "missing"}))
    assert list(found) == ["a", "b"]
    assert found["b"] is items

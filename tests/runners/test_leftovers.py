"""What outlives a run is named; the kernel's own, and what others started meanwhile, is not."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from perfmagic.runners.leftovers import Population, Strangers, cancel_tasks, running_loop


async def forever():
    await asyncio.Event().wait()


def now():
    return Population.now(running_loop())


async def test_a_task_that_outlives_the_run_is_named_and_cancelled():
    before = now()
    task = asyncio.create_task(forever())
    named = asyncio.create_task(forever(), name="poll")
    left = before.newcomers()
    assert set(left.tasks) == {task, named}
    assert set(left.names()) == {"task 'forever'", "task 'poll'"}
    assert await cancel_tasks(left.tasks) == ()
    assert before.newcomers().tasks == ()
    assert task.cancelled()


async def test_a_task_that_ended_is_no_leftover():
    before = now()
    await asyncio.create_task(asyncio.sleep(0))
    assert before.newcomers().names() == ()


async def test_tasks_of_an_earlier_cell_are_strangers():
    earlier = asyncio.create_task(forever(), name="earlier")
    strangers, before = Strangers.now(running_loop()), now()
    assert strangers.names() == ("task 'earlier'",)
    assert before.newcomers().names() == ()
    assert strangers.still_alive() == ("task 'earlier'",)
    await cancel_tasks([earlier])
    assert strangers.still_alive() == ()


async def test_a_task_that_a_stranger_starts_is_not_blamed_on_the_cell():
    go, started, child = asyncio.Event(), asyncio.Event(), []

    async def stranger():
        await go.wait()
        child.append(asyncio.create_task(forever(), name="child"))
        started.set()
        await forever()

    earlier = asyncio.create_task(stranger())
    await asyncio.sleep(0)
    before = now()
    own = asyncio.create_task(forever(), name="own")
    go.set()
    await started.wait()
    expected = {"task 'own'"} if sys.version_info >= (3, 12) else {"task 'own'", "task 'child'"}
    assert set(before.newcomers().names()) == expected
    await cancel_tasks([earlier, own, *child])


async def test_the_tasks_of_each_run_are_its_own():
    first = now()
    one = asyncio.create_task(forever(), name="one")
    second = now()
    two = asyncio.create_task(forever(), name="two")
    assert second.newcomers().names() == ("task 'two'",)
    await cancel_tasks([one, two])
    assert first.newcomers().names() == ()


async def test_a_task_that_swallows_its_cancellation_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr("perfmagic.runners.leftovers.CANCEL_WAIT_S", 0.001)
    release = asyncio.Event()

    async def stubborn():
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    assert await cancel_tasks([task]) == (task,)
    release.set()
    await task


async def test_an_error_of_a_cancelled_task_is_not_raised():
    async def fails():
        try:
            await forever()
        finally:
            raise KeyError("on the way out")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    assert await cancel_tasks([task]) == ()
    assert isinstance(task.exception(), KeyError)


async def test_the_current_task_is_never_cancelled():
    current = asyncio.current_task()
    assert await cancel_tasks([current]) == ()
    assert current.cancelling() == 0


def test_a_thread_that_outlives_the_run_is_named():
    before, stop = now(), threading.Event()
    thread = threading.Thread(target=stop.wait, name="pump")
    thread.start()
    assert before.newcomers().names() == ("thread 'pump'",)
    strangers = Strangers.now(None)
    assert strangers.names() == ("thread 'pump'",)
    stop.set()
    thread.join()
    assert before.newcomers().names() == strangers.still_alive() == ()


@pytest.mark.parametrize("name", ["IOPub", "Heartbeat", "IPythonHistorySavingThread", "Control"])
def test_threads_of_the_kernel_are_nobodys_leftovers(name):
    before, stop = now(), threading.Event()
    thread = threading.Thread(target=stop.wait, name=name)
    thread.start()
    assert before.newcomers().names() == Strangers.now(None).names() == ()
    stop.set()
    thread.join()


def work(executor, release=None):
    """Make the executor start a worker; without ``release`` the worker is idle afterwards."""
    ready = threading.Event()
    future = executor.submit(lambda: (ready.set(), release and release.wait()))
    ready.wait()
    if release is None:
        future.result()
        idle = threading.Event()
        executor._work_queue  # the worker now waits here
        while not Strangers.now(None).threads == ():
            idle.wait(0.001)
    return future


def test_idle_workers_count_only_while_their_executor_is_open():
    before, executor = now(), ThreadPoolExecutor(1, thread_name_prefix="pool")
    work(executor)
    assert before.newcomers().names() == ("thread 'pool_0'",)
    executor.shutdown(wait=False)
    assert before.newcomers().names() == ()


def test_a_busy_worker_counts_although_its_executor_is_shut_down():
    before, executor, release = now(), ThreadPoolExecutor(1, thread_name_prefix="pool"), threading.Event()
    work(executor, release)
    executor.shutdown(wait=False)
    assert before.newcomers().names() == ("thread 'pool_0'",)
    release.set()
    executor.shutdown(wait=True)


async def test_the_loops_own_workers_are_no_leftovers():
    before = now()
    await asyncio.to_thread(int)
    while before.newcomers().threads:
        await asyncio.sleep(0.001)  # the worker is on its way back to its queue
    assert any(thread.name.startswith("asyncio_") for thread in threading.enumerate())


def test_a_child_process_that_outlives_the_run_is_named():
    before = now()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (left,) = before.newcomers().processes
    assert left.pid == child.pid
    assert before.newcomers().names() == (f"process {left.name!r}",)
    child.communicate(b"\n")
    assert before.newcomers().names() == ()

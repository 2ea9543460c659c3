"""Workers of an interrupted run are let go, nothing waits for them, and those of others are left at work."""

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from perfmagic.runners.worker_threads import release_workers, workers_alive

LONG_S = 60
"""Longer than any test takes: a wait that is not released fails by its result, not by the clock."""


class Spinning:
    """Python code that ends when it is told to stop, or before it is done by what is raised in it."""

    def __init__(self):
        self.started, self.stop, self.done = threading.Event(), False, False

    def __call__(self):
        self.started.set()
        while not self.stop:
            pass
        self.done = True


@pytest.fixture
def spinning():
    made = Spinning()
    yield made
    made.stop = True


def test_a_thread_in_python_code_is_ended_silently(spinning, monkeypatch, capsys):
    """A SystemExit in a thread is what the interpreter's own hook says nothing about."""
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    before = workers_alive()
    thread = threading.Thread(target=spinning, name="spins")
    thread.start()
    spinning.started.wait(LONG_S)
    assert release_workers(before) == ("spins",)
    thread.join(LONG_S)
    assert not thread.is_alive()
    assert not spinning.done
    assert capsys.readouterr() == ("", "")


def test_a_thread_from_before_is_left_at_work(spinning):
    thread = threading.Thread(target=spinning)
    thread.start()
    spinning.started.wait(LONG_S)
    assert release_workers(workers_alive()) == ()
    spinning.stop = True
    thread.join(LONG_S)
    assert spinning.done


def test_without_newcomers_nothing_is_released():
    assert release_workers(workers_alive()) == ()


def test_leaving_an_executor_does_not_wait_for_a_worker_inside_a_blocking_call():
    """The lock is C code: nothing can end the wait, so nothing may wait for it."""
    before, lock, started = workers_alive(), threading.Lock(), threading.Event()
    lock.acquire()

    def blocked():
        started.set()
        lock.acquire()

    with ThreadPoolExecutor(1, thread_name_prefix="pool") as pool:
        pool.submit(blocked)
        started.wait(LONG_S)
        (worker,) = pool._threads
        assert release_workers(before) == ("pool_0",)
    assert worker.is_alive()
    lock.release()
    worker.join(LONG_S)
    assert not worker.is_alive()


def test_work_that_was_queued_is_dropped():
    before, lock, started, ran = workers_alive(), threading.Lock(), threading.Event(), []
    lock.acquire()

    def blocked():
        started.set()
        lock.acquire()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(blocked)
        queued = [pool.submit(ran.append, each) for each in range(3)]
        started.wait(LONG_S)
        (worker,) = pool._threads
        release_workers(before)
    assert all(future.cancelled() for future in queued)
    with pytest.raises(CancelledError):
        queued[0].result()
    lock.release()
    worker.join(LONG_S)
    assert ran == []


def test_an_idle_worker_ends_without_an_error(monkeypatch):
    """An exception in a worker that waits for work would be logged as a crash of the thread."""
    crashes = []
    monkeypatch.setattr(threading, "excepthook", crashes.append)
    before, pool = workers_alive(), ThreadPoolExecutor(1, thread_name_prefix="pool")
    pool.submit(int).result(LONG_S)
    (worker,) = pool._threads
    assert release_workers(before) == ("pool_0",)
    pool.shutdown(wait=True)
    worker.join(LONG_S)
    assert not worker.is_alive()
    assert crashes == []


def test_several_workers_of_several_executors_are_released():
    before, everybody = workers_alive(), [Spinning() for _ in range(4)]
    pools = [ThreadPoolExecutor(2, thread_name_prefix=f"pool{each}") for each in range(2)]
    for index, each in enumerate(everybody):
        pools[index % 2].submit(each)
    for each in everybody:
        each.started.wait(LONG_S)
    workers = [thread for pool in pools for thread in pool._threads]
    assert sorted(release_workers(before)) == ["pool0_0", "pool0_1", "pool1_0", "pool1_1"]
    for pool in pools:
        pool.shutdown(wait=True)
    for worker in workers:
        worker.join(LONG_S)
    assert not any(worker.is_alive() for worker in workers)
    assert not any(each.done for each in everybody)


def test_an_executor_of_an_earlier_cell_keeps_working():
    with ThreadPoolExecutor(1) as earlier:
        earlier.submit(int).result(LONG_S)
        release_workers(workers_alive())
        assert earlier.submit(divmod, 7, 2).result(LONG_S) == (3, 1)


def test_releasing_twice_is_harmless(spinning):
    before = workers_alive()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(spinning)
        spinning.started.wait(LONG_S)
        (worker,) = pool._threads
        release_workers(before)
        release_workers(before)
    worker.join(LONG_S)
    assert not worker.is_alive()
    assert isinstance(future.exception(LONG_S), SystemExit)


def test_the_main_thread_is_never_released(monkeypatch):
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread()])
    assert release_workers(frozenset()) == ()
    assert workers_alive() == {threading.main_thread().ident}

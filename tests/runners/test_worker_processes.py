"""The worker processes of a comparison: ready, its own, and gone at the end. These tests start real ones."""

import os
import time

import pytest
from loky import get_reusable_executor

from perfmagic.runners.leftovers import Population
from perfmagic.runners.origins import child_processes
from perfmagic.runners.reusable_pool import idle_workers
from perfmagic.runners.worker_processes import WorkerProcesses
from perfmagic.runners.worker_threads import release_workers


@pytest.fixture
def processes():
    made = WorkerProcesses()
    yield made
    made.close()


@pytest.fixture
def users_pool():
    """A pool that an earlier cell uses."""
    pool = get_reusable_executor(max_workers=1, timeout=300)
    yield pool
    pool.shutdown(kill_workers=True)


def workers(pool):
    return set(pool._processes)


def test_code_finds_workers_that_are_ready_and_the_same_ones_again(processes):
    with processes.lent(2) as lent:
        first = workers(lent)
        assert get_reusable_executor(max_workers=2) is lent
    with processes.lent(2) as lent:
        assert workers(lent) == first
    assert len(first) == 2
    assert processes.start_s > 0


def test_code_that_needs_none_starts_none():
    processes = WorkerProcesses()
    with processes.lent(0) as lent:
        assert lent is None
    assert processes.start_s is None
    processes.close()


def test_the_users_own_pool_stays_what_it_was(processes, users_pool):
    pid = users_pool.submit(os.getpid).result()
    with processes.lent(2) as lent:
        assert lent is not users_pool
    assert get_reusable_executor(max_workers=1, timeout=300) is users_pool
    processes.close()
    assert users_pool.submit(os.getpid).result() == pid


def test_workers_are_gone_at_the_end_whatever_they_do(processes):
    with processes.lent(2) as lent:
        pids = workers(lent)
        for _ in pids:
            lent.submit(time.sleep, 60)
    processes.close()
    assert not pids & {each.pid for each in child_processes()}


def test_work_that_a_run_left_behind_does_not_hold_up_the_next(processes):
    with processes.lent(2) as lent:
        lent.submit(time.sleep, 60)
    with processes.lent(2) as lent:
        assert lent.submit(abs, -3).result(timeout=10) == 3


def test_a_pool_that_broke_is_replaced(processes):
    with processes.lent(2) as lent:
        with pytest.raises(RuntimeError):
            lent.submit(os._exit, 1).result()
    with processes.lent(2) as lent:
        assert lent.submit(abs, -3).result() == 3


def test_the_pool_is_put_back_when_a_run_fails(processes, users_pool):
    with pytest.raises(KeyError), processes.lent(2):
        raise KeyError
    assert get_reusable_executor(max_workers=1, timeout=300) is users_pool


def test_idle_workers_of_a_cell_do_not_outlive_it_and_busy_ones_do(users_pool):
    population = Population.now(None)
    users_pool.submit(abs, -1).result()
    left = population.newcomers()
    assert (left.threads, left.processes) == ((), ())
    assert idle_workers() == workers(users_pool)
    future = users_pool.submit(time.sleep, 1)
    assert {each.pid for each in population.newcomers().processes} == workers(users_pool)
    assert idle_workers() == frozenset()
    future.result()


def test_stopping_worker_threads_leaves_those_that_manage_processes(users_pool):
    users_pool.submit(abs, -1).result()
    assert not any("Executor" in name for name in release_workers(frozenset()))
    assert users_pool.submit(abs, -4).result() == 4


def test_a_pool_that_the_cell_puts_in_its_place_ends_with_it(processes):
    with processes.lent(2):
        theirs = get_reusable_executor(max_workers=1, timeout=60, env={"OF_THE_CELL": "1"})
        theirs.submit(abs, -3).result()
        pids = workers(theirs)
    processes.close()
    assert not pids & {each.pid for each in child_processes()}

"""How long the interpreter lock is held: recorded moments with known shares, and the thread that takes them."""

import time
from pathlib import Path

import pytest

from perfmagic.runners.clock import SystemClock
from perfmagic.runners.lock_probe import Ask, LockProbe, pause_for, shares
from perfmagic.runners.worker_threads import release_workers, workers_alive

PAUSE_S, PROMPT_S, LATE_S = 0.001, 0.0001, 0.005


def asks(*spans, busy=0.0):
    """Asks over spans of time, each with whether the lock is held meanwhile; ``busy`` cores are in use."""
    made, now_s = [], 0.0
    for seconds, held in spans:
        end_s = now_s + seconds
        while now_s + PAUSE_S < end_s:
            asked_s = now_s + PAUSE_S
            now_s = min(asked_s + (LATE_S if held else PROMPT_S), end_s)
            made.append(Ask(asked_s=asked_s, got_s=now_s, queued_s=0.0, cpu_s=busy * now_s))
        now_s = end_s
    return made, 0.0, now_s


@pytest.mark.parametrize(
    ("spans", "held"),
    [
        ([(0.3, False)], 0.0),
        ([(0.3, True)], 1.0),
        ([(0.15, True), (0.15, False)], 0.5),
        ([(0.02, True), (0.06, False)] * 4, 0.25),
    ],
    ids=["free", "held", "half of the time", "a quarter, in bursts"],
)
def test_the_share_is_one_of_time_and_not_of_moments(spans, held):
    """A held lock is asked for less often, so a share of the moments would be too small."""
    assert shares([asks(*spans)]).held == pytest.approx(held, abs=0.05)


def test_time_in_the_queue_of_the_scheduler_is_no_wait_for_the_lock():
    made = [Ask(asked_s=i * 0.01, got_s=i * 0.01 + 0.005, queued_s=0.0048, cpu_s=0.0) for i in range(20)]
    assert shares([(made, 0.0, 0.2)]).held == 0.0


def test_a_delay_counts_as_far_as_it_falls_into_the_run():
    made = [Ask(asked_s=1.0, got_s=3.0, queued_s=0.0, cpu_s=0.0)]
    assert shares([(made, 2.0, 2.5)]).held == pytest.approx(1.0)


@pytest.mark.parametrize("count", [0, 1, 9])
def test_too_few_moments_give_no_share(count):
    made = [Ask(asked_s=i * 0.01, got_s=i * 0.01 + 0.0001, queued_s=0.0, cpu_s=0.0) for i in range(count)]
    assert shares([(made, 0.0, 1.0)]) is None


def test_few_moments_do_if_delays_fill_the_time():
    made = [Ask(asked_s=i * 0.1 + 0.001, got_s=i * 0.1 + 0.1, queued_s=0.0, cpu_s=0.0) for i in range(3)]
    assert shares([(made, 0.0, 0.3)]).held == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("busy", "overlapped"),
    [(0.0, 0.0), (1.0, 0.0), (1.05, 0.0), (1.9, 0.9)],
    ids=["it sleeps", "one core", "a step of the clock", "two cores"],
)
def test_cpu_time_beyond_one_core_overlapped(busy, overlapped):
    assert shares([asks((0.3, False), busy=busy)]).overlapped == pytest.approx(overlapped, abs=0.05)


def test_cores_that_are_used_by_turns_are_told_from_cores_used_at_once():
    """Two cores for half of the time: one core's worth in all, and half of the time nothing runs."""
    made, first_s, last_s = asks((0.4, False))
    cpu_s = [min(2 * each.got_s, 0.4) for each in made]
    turned = [Ask(asked_s=a.asked_s, got_s=a.got_s, queued_s=0.0, cpu_s=cpu) for a, cpu in zip(made, cpu_s)]
    assert shares([(turned, first_s, last_s)]).overlapped == pytest.approx(0.5, abs=0.07)


def test_several_runs_count_by_their_length():
    held, free = asks((0.1, True)), asks((0.3, False))
    assert shares([held, free]).held == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize(
    ("wall_s", "pause_s"), [(0.01, 0.0005), (0.4, 0.002), (60.0, 0.005)], ids=["short", "middle", "long"]
)
def test_a_long_run_is_asked_less_often(wall_s, pause_s):
    assert pause_for(wall_s) == pytest.approx(pause_s)


def test_a_thread_asks_while_the_block_runs_and_no_longer():
    with LockProbe(clock=SystemClock(), pause_s=0.0005) as probe:
        while len(probe.asks) < 3:
            time.sleep(0.001)
    seen = len(probe.asks)
    time.sleep(0.005)
    assert len(probe.asks) == seen
    assert all(each.got_s >= each.asked_s for each in probe.asks)


def test_the_thread_ends_when_the_block_raises():
    with pytest.raises(KeyError), LockProbe(clock=SystemClock()) as probe:
        raise KeyError
    seen = len(probe.asks)
    time.sleep(0.005)
    assert len(probe.asks) == seen


def test_code_that_never_lets_go_of_the_lock_is_seen():
    """No share of wall time is asserted: only that a delay under a busy thread is one, on whatever machine."""
    with LockProbe(clock=SystemClock()) as probe:
        while not any(each.held for each in probe.asks):
            sum(range(1000))
    assert any(each.held for each in probe.asks)


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list descriptors")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_interrupt_that_ends_the_thread_leaves_no_file_open():
    before, alive = open_files(), workers_alive()
    for _ in range(3):
        with LockProbe(clock=SystemClock()):
            release_workers(alive)
            time.sleep(0.02)
    assert open_files() == before

"""Shares of CPU time, waiting and the interpreter lock, from samples and a probed run."""

import pytest

from perfmagic.model.run import Sample
from perfmagic.stats.usage import Probed, usage


def samples(*cpu_seconds, wall_s=1.0):
    return [Sample(wall_s=wall_s, cpu_s=cpu_s) for cpu_s in cpu_seconds]


def probed(held=0.0, overlapped=0.0, children=0.0, queued=0.0, wall_s=1.0):
    return Probed(
        held_share=held,
        overlapped_share=overlapped,
        children_share=children,
        queued_per_second=queued,
        wall_s=wall_s,
    )


@pytest.mark.parametrize(
    ("cpu_s", "seen", "cpu_share", "waiting_share"),
    [
        (0.02, None, 0.02, 0.98),
        (1.9, None, 1.9, 0.0),
        (0.4, probed(held=0.4), 0.4, 0.6),
        (1.0, probed(overlapped=0.5), 1.0, 0.5),
        (1.9, probed(overlapped=0.9), 1.9, 0.0),
        (0.01, probed(children=1.9), 1.91, 0.0),
        (0.01, probed(children=0.5), 0.51, 0.49),
        (0.4, probed(queued=1.25), 0.4, 0.1),
        (0.4, probed(queued=3.0), 0.4, 0.0),
        (0.01, probed(queued=3.0), 0.01, 0.96),
    ],
    ids=[
        "it sleeps",
        "two cores, not probed",
        "some of both",
        "two cores by halves",
        "two cores all the time",
        "processes work for it",
        "one process works for half of the time",
        "other programs keep it from the cores",
        "two threads kept from the cores",
        "it sleeps while others compute",
    ],
)
def test_waiting_is_the_time_in_which_nothing_of_the_cell_ran(cpu_s, seen, cpu_share, waiting_share):
    found = usage(samples(cpu_s), seen)
    assert found.cpu_share == pytest.approx(cpu_share)
    assert found.waiting_share == pytest.approx(waiting_share)


def test_the_cpu_share_is_the_median_of_all_samples():
    assert usage(samples(0.1, 0.2, 0.9), None).cpu_share == pytest.approx(0.2)


def test_a_lock_that_was_not_probed_is_not_known():
    found = usage(samples(0.1), None)
    assert (found.lock_share, found.probe_factor) == (None, None)


def test_the_cost_of_the_probe_is_told():
    found = usage(samples(0.1, wall_s=0.5), probed(held=0.3, wall_s=0.6))
    assert (found.lock_share, found.probe_factor) == (0.3, pytest.approx(1.2))


def test_a_clock_that_did_not_move_gives_a_share_all_the_same():
    assert usage(samples(0.0, wall_s=0.0), None).waiting_share == 1.0

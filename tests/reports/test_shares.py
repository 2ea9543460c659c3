"""What bound a row, in a few words."""

from dataclasses import replace

import pytest

from perfmagic.model.comparison import Usage
from perfmagic.reports.shares import bound_by, shares_note
from tests.reports.examples import BASELINE, COMPUTING, ENVIRONMENT, GATHER, WIN, quantity


@pytest.mark.parametrize(
    ("cpu", "waiting", "lock", "words"),
    [
        (0.02, 0.98, 0.0, "waiting 98 %"),
        (0.99, 0.01, 0.98, "CPU 99 %, GIL 98 %"),
        (0.98, 0.02, 0.98, "GIL 98 %, CPU 98 %"),
        (0.55, 0.45, 0.41, "CPU 55 %, waiting 45 %"),
        (0.98, 0.02, None, "CPU 98 %"),
        (1.93, 0.0, 0.03, "CPU 193 %"),
        (0.0, 1.0, None, "waiting 100 %"),
    ],
    ids=["it waits", "Python code", "a tie", "three shares", "no lock known", "two cores", "no CPU time"],
)
def test_the_two_greatest_shares_say_what_bound_a_row(cpu, waiting, lock, words):
    assert bound_by(Usage(cpu_share=cpu, waiting_share=waiting, lock_share=lock)) == words


def test_a_row_that_did_not_run_was_bound_by_nothing():
    assert bound_by(None) == ""


def told(*usages, gil_enabled=True):
    candidates = tuple(
        replace(each, usage=usage) for each, usage in zip((BASELINE, GATHER), usages, strict=True)
    )
    environment = replace(ENVIRONMENT, gil_enabled=gil_enabled)
    return shares_note(replace(WIN, candidates=candidates, environment=environment))


KNOWN = Usage(cpu_share=0.1, waiting_share=0.9, lock_share=0.1, probe_factor=1.02)
UNKNOWN = Usage(cpu_share=0.1, waiting_share=0.9)


def test_the_cost_of_the_probe_stands_beside_its_numbers():
    assert "in probed runs, 1.02x-1.13x as long" in shares_note(COMPUTING)[0]
    assert "in probed runs, 1.02x as long" in told(KNOWN, KNOWN)[0]


def test_what_the_share_of_the_lock_means_is_told_where_one_is_shown():
    assert "how long one more thread would wait for it" in shares_note(COMPUTING)[0]
    assert shares_note(WIN)[0].startswith("of the wall time; GIL below 5 % in probed runs")


@pytest.mark.parametrize(
    ("usages", "words"),
    [
        ((KNOWN, UNKNOWN), "; not measured for gather"),
        ((UNKNOWN, UNKNOWN), "of the wall time; how long the GIL was held was not measured"),
    ],
    ids=["one", "all"],
)
def test_a_lock_that_was_not_measured_is_told(usages, words):
    assert told(*usages)[0].endswith(words)


def test_without_a_lock_there_is_nothing_to_measure():
    assert told(KNOWN, KNOWN, gil_enabled=False) == ("of the wall time; this Python has no GIL",)


def test_one_run_without_a_comparison_needs_no_word_on_the_lock():
    once = replace(GATHER, wall_s=quantity(0.3), usage=UNKNOWN)
    assert shares_note(replace(WIN, candidates=(replace(BASELINE, usage=None, wall_s=None), once))) == ()


def test_nothing_is_told_of_shares_that_nobody_knows():
    assert told(None, None) == ()

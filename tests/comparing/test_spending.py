"""How the budget is spent: which candidates run, when a round may start, how often a short body runs in a sample."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfmagic.comparing.spending import (
    ROUNDS_WORTH,
    SHORTEST_SAMPLE_S,
    Admission,
    admit,
    another_round_fits,
    inner_loops,
    kept_back_s,
    more_rounds,
)

SECONDS = st.floats(min_value=0.0, max_value=1e3)
EXPECTED = st.dictionaries(st.sampled_from(["gather", "tasks", "threads", "pool"]), SECONDS, min_size=1)


def test_all_run_if_warm_ups_and_one_round_fit_exactly():
    found = admit(expected_s={"gather": 1.0, "tasks": 2.0}, baseline_s=3.0, left_s=9.0, spent_s=0.0)
    assert found.admitted == ("gather", "tasks")


def test_only_the_fastest_runs_if_they_do_not_fit():
    found = admit(expected_s={"tasks": 2.0, "gather": 1.0}, baseline_s=3.0, left_s=8.99, spent_s=1.0)
    assert found == Admission(admitted=("gather",), budget_for_all_s=1 + 3 + ROUNDS_WORTH * 6)


def test_among_equals_the_first_runs():
    found = admit(expected_s={"tasks": 2.0, "gather": 2.0}, baseline_s=3.0, left_s=0.0, spent_s=1.0)
    assert found.admitted == ("tasks",)


def test_a_single_candidate_runs_whatever_is_left():
    assert admit(expected_s={"gather": 5.0}, baseline_s=9.0, left_s=-1.0, spent_s=11.0).admitted == (
        "gather",
    )


def test_no_candidate_needs_no_budget():
    assert admit(expected_s={}, baseline_s=1.0, left_s=1.0, spent_s=0.0).admitted == ()


@given(expected_s=EXPECTED, baseline_s=SECONDS, left_s=SECONDS, spent_s=SECONDS)
def test_one_candidate_always_runs_and_none_is_made_up(expected_s, baseline_s, left_s, spent_s):
    found = admit(expected_s=expected_s, baseline_s=baseline_s, left_s=left_s, spent_s=spent_s)
    assert found.admitted
    assert set(found.admitted) <= set(expected_s)
    assert min(expected_s.values()) in {expected_s[name] for name in found.admitted}


@given(expected_s=EXPECTED, baseline_s=SECONDS, spent_s=SECONDS)
def test_the_budget_that_is_named_admits_all_and_pays_for_eight_rounds(expected_s, baseline_s, spent_s):
    budget_s = admit(
        expected_s=expected_s, baseline_s=baseline_s, left_s=0.0, spent_s=spent_s
    ).budget_for_all_s
    left_s = budget_s - spent_s + 1e-6
    again = admit(expected_s=expected_s, baseline_s=baseline_s, left_s=left_s, spent_s=spent_s)
    assert set(again.admitted) == set(expected_s)
    warm_ups_s = sum(expected_s.values())
    assert left_s >= warm_ups_s + 8 * (baseline_s + warm_ups_s) - 1e-6


@pytest.mark.parametrize(
    ("done", "most", "left_s", "round_s", "fits"),
    [
        (0, 20, 1.0, 1.0, True),
        (0, 20, 0.99, 1.0, False),
        (19, 20, 9.0, 1.0, True),
        (20, 20, 9.0, 1.0, False),
        (0, 20, -0.1, 0.0, False),
        (0, 1, 1.0, 0.0, True),
    ],
    ids=["just fits", "just does not", "the last", "enough rounds", "the budget is overdrawn", "free rounds"],
)
def test_a_round_starts_only_if_its_time_is_left(done, most, left_s, round_s, fits):
    assert another_round_fits(done=done, most=most, left_s=left_s, round_s=round_s) is fits


@given(st.floats(min_value=1e-6, max_value=SHORTEST_SAMPLE_S, exclude_max=True))
def test_a_short_body_runs_just_often_enough_for_a_whole_sample(fastest_s):
    loops = inner_loops(fastest_s, repeatable_in_place=True)
    assert loops * fastest_s >= SHORTEST_SAMPLE_S * (1 - 1e-9)
    assert (loops - 1) * fastest_s < SHORTEST_SAMPLE_S


@pytest.mark.parametrize("fastest_s", [SHORTEST_SAMPLE_S, 0.1, 100.0])
def test_a_body_that_is_long_enough_runs_once(fastest_s):
    assert inner_loops(fastest_s, repeatable_in_place=True) == 1


@pytest.mark.parametrize("fastest_s", [0.0, 1e-6, 1.0])
def test_a_body_that_changes_something_runs_once(fastest_s):
    assert inner_loops(fastest_s, repeatable_in_place=False) == 1


def test_a_clock_that_did_not_move_gives_a_bounded_loop():
    assert inner_loops(0.0, repeatable_in_place=True) == math.ceil(SHORTEST_SAMPLE_S / 1e-7)


@pytest.mark.parametrize(
    ("done", "left_s", "kept_s"),
    [
        (0, 20.0, 0.0),
        (6, 2.0, 0.0),
        (7, 20.0, 8.0),
        (0, 6.0, 0.0),
        (2, 1.5, 0.0),
        (3, 3.5, 2.0),
        (5, 3.9, 2.0),
    ],
    ids=[
        "enough ahead",
        "one more to go",
        "enough done",
        "three first",
        "the third",
        "out of reach",
        "one too few",
    ],
)
def test_rounds_leave_time_once_they_cannot_do_more(done, left_s, kept_s):
    """Seven rounds of 2 s are needed; 6 s are wanted for other schedules."""
    found = kept_back_s(done=done, needed=7, left_s=left_s, round_s=2.0, schedules_s=6.0)
    assert found == kept_s


@pytest.mark.parametrize(
    ("most", "option"), [(20, "--budget 21 would do"), (6, "--rounds 7 would do")], ids=["time", "rounds"]
)
def test_the_option_that_stood_in_the_way_is_named(most, option):
    assert more_rounds(needed=7, done=5, most=most, spent_s=15.5, round_s=2.0) == option

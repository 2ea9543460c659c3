"""The recommendation as a whole: the gain, what it means for threads or asyncio, and what would decide it."""

import pytest

from perfmagic.model.plan import Plan
from tests.comparing.laboratory import FakeClock, experiment

CELL = "time.sleep(0.25)\nx = 1\n"
FASTER, ALIKE = CELL.replace("0.25", "0.125"), CELL.replace("0.25", "0.25")


def reason(plans, *, busy=0.0, **options):
    found = experiment(
        CELL, plans, clock=FakeClock(busy=busy), **{"budget_s": 1000.0, "rounds": 8, **options}
    )
    return found.comparison.recommendation.reason


def test_a_recommended_way_to_await_is_asyncio():
    assert reason({"tasks": FASTER}) == (
        "tasks is 2.00x faster (2.00-2.00); asyncio, not threads: the cell waits 100 % of its time"
    )


def test_a_recommended_pool_is_threads():
    assert reason({"threads": FASTER}).endswith(
        "threads, not asyncio: its calls block, they wait 100 % of the time"
    )


def test_code_that_runs_calls_in_threads_beside_the_loop_is_both():
    source = f"# await asyncio.to_thread(f)\n{FASTER}"
    plan = Plan(strategy="tasks", source=source)
    assert "asyncio, with threads only for the calls that block" in reason({"tasks": plan})


def test_nothing_faster_says_what_stands_in_the_way():
    told = reason({"threads": ALIKE}, busy=1.0)
    assert told.endswith("; threads gain nothing: the cell computes 100 % of its time")


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"rounds": 6}, "to choose among 2 candidates takes 7; --rounds 7 would do"),
        ({"rounds": 2}, "nothing is recommended after 2 rounds: the interval needs 6; --rounds 7 would do"),
        (
            {"budget_s": 0.75 + 6 * 0.75, "rounds": 20},
            "not every ratio is at least 1.2, the interval needs 6; --budget 7 would do",
        ),
    ],
    ids=["--rounds is too low", "much too low", "--budget is too low"],
)
def test_too_few_rounds_name_the_option_that_would_do(options, hint):
    told = reason({"tasks": ALIKE, "gather": ALIKE}, **options)
    assert f"{hint}; " in told


def test_before_it_is_decided_the_cell_itself_says_which_of_the_two():
    told = reason({"tasks": ALIKE, "gather": ALIKE}, rounds=2)
    assert told.endswith("; asyncio can overlap what it waits: 100 % of its time")


def test_the_budget_that_is_named_does():
    plans = {"tasks": ALIKE, "gather": ALIKE}
    assert "--budget 7 would do; asyncio" in reason(plans, budget_s=0.75 + 6 * 0.75, rounds=20)
    assert reason(plans, budget_s=7, rounds=20).startswith("no strategy is faster")


def test_a_budget_for_one_round_too_few_shows_a_large_gain_all_the_same():
    """Six rounds for two candidates would show nothing: the time of the sixth goes to the probed runs."""
    told = reason({"tasks": FASTER, "gather": FASTER}, budget_s=0.5 + 6 * 0.5, rounds=20)
    assert "is faster: about 2.0x in 5 rounds, no interval" in told


def test_a_result_that_differs_needs_no_more_rounds():
    assert "would do" not in reason({"tasks": "x = 2\n"})


def test_of_another_question_nothing_is_said():
    assert reason({"lru_cache": FASTER}) == "lru_cache is 2.00x faster (2.00-2.00)"

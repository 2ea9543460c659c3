import pytest

from perfmagic.errors import UnpairedSamples
from perfmagic.model.run import Sample
from perfmagic.model.verdict import Status
from perfmagic.stats.recommend import Contender, recommend

SPREAD = (1.0, 1.01, 0.99, 1.005, 0.995, 1.002, 0.998, 1.003, 0.997, 1.001, 0.999, 1.004)


def contender(strategy, ratio, rounds, *, status=Status.EQUAL, spread=SPREAD):
    """A candidate whose ratios lie around ``ratio``."""
    return Contender(
        strategy=strategy,
        status=status,
        baseline=tuple(Sample(wall_s=1.0, cpu_s=0.0) for _ in range(rounds)),
        samples=tuple(Sample(wall_s=1 / (ratio * spread[i]), cpu_s=0.0) for i in range(rounds)),
    )


@pytest.mark.parametrize(("candidates", "rounds"), [(1, 6), (2, 7), (3, 7), (4, 8), (6, 8)])
def test_a_clear_winner_is_recommended_from_the_rounds_that_so_many_candidates_need(candidates, rounds):
    def field(n):
        return [contender("gather", 3.0, n), *[contender(f"slow{i}", 1.0, n) for i in range(candidates - 1)]]

    assert recommend(field(rounds)).strategy == "gather"
    assert recommend(field(rounds)).reason.startswith("gather is 3.00x faster (2.9")
    if rounds > 6:
        short = recommend(field(rounds - 1))
        assert short.strategy is None
        assert short.reason.endswith(f"to choose among {candidates} candidates takes {rounds}")


@pytest.mark.parametrize(
    ("ratio", "strategy"), [(1.055, None), (1.07, "gather")], ids=["low end at 1.045", "low end at 1.06"]
)
def test_the_low_end_must_lie_above_five_percent(ratio, strategy):
    assert recommend([contender("gather", ratio, 7)]).strategy == strategy


def test_a_gain_that_is_real_but_small_is_not_called_none():
    assert recommend([contender("gather", 1.055, 7)]).reason.startswith(
        "no strategy is shown to be faster by more than 5 %"
    )


def test_when_nothing_is_faster_it_says_so_with_the_interval():
    reason = recommend([contender("gather", 0.9, 8), contender("tasks", 1.0, 8)]).reason
    assert reason == "no strategy is faster: the best, tasks, is 1.00x (0.99-1.01)"


@pytest.mark.parametrize("rounds", [3, 4, 5])
def test_a_few_rounds_suffice_when_every_ratio_is_large(rounds):
    found = recommend([contender("gather", 20.0, rounds)])
    assert found.strategy == "gather"
    assert found.reason == f"gather is faster: about 20x in {rounds} rounds, no interval"


def test_a_few_rounds_do_not_suffice_when_one_ratio_is_small():
    found = recommend([contender("gather", 20.0, 4, spread=(1, 1, 1.19 / 20, 1))])
    assert found.strategy is None
    assert "not every ratio is at least 1.2" in found.reason


@pytest.mark.parametrize(("wall_s", "strategy"), [(1.2, "gather"), (1.19, None)])
def test_with_a_few_rounds_the_least_ratio_is_one_point_two(wall_s, strategy):
    one = Sample(wall_s=1.0, cpu_s=0.0)
    baseline = (
        Sample(wall_s=wall_s, cpu_s=0.0),
        Sample(wall_s=2.0, cpu_s=0.0),
        Sample(wall_s=2.0, cpu_s=0.0),
    )
    found = recommend(
        [Contender(strategy="gather", status=Status.EQUAL, baseline=baseline, samples=(one,) * 3)]
    )
    assert found.strategy == strategy


@pytest.mark.parametrize("rounds", [1, 2])
def test_one_or_two_rounds_recommend_nothing(rounds):
    found = recommend([contender("gather", 20.0, rounds)])
    assert found.strategy is None
    assert found.reason.endswith("the interval needs 6")


@pytest.mark.parametrize("status", [Status.DIFFERENT, Status.UNKNOWN, Status.REORDERED])
@pytest.mark.parametrize("rounds", [4, 12])
def test_a_result_that_is_not_known_to_be_the_same_is_never_recommended(status, rounds):
    found = recommend([contender("threads", 20.0, rounds, status=status)])
    assert found.strategy is None
    assert "threads" in found.reason
    assert "20" not in found.reason


@pytest.mark.parametrize("status", [Status.EQUAL, Status.CLOSE])
def test_equal_and_close_results_may_be_recommended(status):
    assert recommend([contender("gather", 2.0, 6, status=status)]).strategy == "gather"


def test_a_wrong_candidate_neither_wins_nor_raises_the_rounds_needed():
    field = [contender("threads", 9.0, 6, status=Status.DIFFERENT), contender("gather", 2.0, 6)]
    assert recommend(field).strategy == "gather"


def test_the_fastest_wins_and_a_clear_second_is_not_mentioned():
    found = recommend([contender("tasks", 2.0, 8), contender("gather", 3.0, 8)])
    assert (found.strategy, found.reason) == ("gather", "gather is 3.00x faster (2.98-3.02)")


def test_a_runner_up_that_may_be_as_fast_is_named():
    tasks = contender("tasks", 2.99, 8, spread=tuple(reversed(SPREAD)))
    found = recommend([tasks, contender("gather", 3.0, 8)])
    assert found.strategy == "gather"
    assert found.reason.endswith("; tasks cannot be told from it")


def test_two_candidates_that_take_the_same_time_cannot_be_told_apart():
    found = recommend([contender("gather", 3.0, 8), contender("tasks", 3.0, 8)])
    assert found.reason.endswith("; tasks cannot be told from it")


def test_a_clear_second_with_other_rounds_is_not_mentioned():
    found = recommend([contender("gather", 3.0, 12), contender("tasks", 2.0, 8)])
    assert "tasks" not in found.reason


def test_a_runner_up_with_other_rounds_is_compared_by_its_interval():
    found = recommend([contender("gather", 3.0, 12), contender("tasks", 2.99, 8)])
    assert found.reason.endswith("; tasks cannot be told from it")


def test_a_cell_that_remembers_gets_no_recommendation():
    flag = "first run 200 ms, reruns 100 us: something is remembered"
    found = recommend([contender("gather", 20.0, 12)], withheld=flag)
    assert (found.strategy, found.reason) == (None, f"nothing is recommended: {flag}")


def test_without_candidates_nothing_is_recommended():
    assert recommend([]).strategy is None


def test_samples_of_other_rounds_are_refused():
    odd = Contender(
        strategy="gather",
        status=Status.EQUAL,
        baseline=(Sample(wall_s=1.0, cpu_s=0.0),) * 7,
        samples=(Sample(wall_s=1.0, cpu_s=0.0),) * 8,
    )
    with pytest.raises(UnpairedSamples):
        recommend([odd])

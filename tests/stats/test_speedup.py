import math

import pytest

from perfmagic.errors import PerfmagicError, RunError, UnpairedSamples
from perfmagic.model.run import Sample
from perfmagic.stats.speedup import quantity, ratios, remembered, speedup


def samples(*wall_s):
    return [Sample(wall_s=each, cpu_s=0.0) for each in wall_s]


def against_one_second(*speedups):
    return speedup(samples(*[1.0] * len(speedups)), samples(*[1 / each for each in speedups]))


def test_ratios_are_baseline_over_candidate_round_by_round():
    assert ratios(samples(3.0, 4.0), samples(1.0, 8.0)) == (3.0, 0.5)


def test_six_rounds_give_the_extremes_at_the_exact_level():
    found = against_one_second(2.9, 3.0, 2.95, 3.1, 2.97, 2.92)
    assert (found.low, found.high) == pytest.approx((2.9, 3.1))
    assert found.confidence == 0.96875
    assert 2.92 < found.value < 3.0


def test_twenty_rounds_narrow_the_interval():
    steps = [2 + each / 20 for each in range(20)]
    found = against_one_second(*steps)
    assert min(steps) < found.low < found.value < found.high < max(steps)
    assert found.confidence == pytest.approx(0.9516, abs=1e-4)


@pytest.mark.parametrize("rounds", [3, 4, 5])
def test_three_to_five_rounds_show_the_extremes_and_claim_no_level(rounds):
    found = against_one_second(*[2.0, 4.0, 3.0, 3.0, 3.0][:rounds])
    assert (found.low, found.high) == pytest.approx((2.0, 4.0))
    assert found.confidence is None
    assert found.method.endswith(f"extremes of {rounds} rounds, no interval")


def test_two_rounds_give_the_geometric_mean():
    found = against_one_second(2.0, 8.0)
    assert found.method == "geometric mean and extremes of 2 rounds, no interval"
    assert (found.value, found.low, found.high) == pytest.approx((4.0, 2.0, 8.0))
    assert found.confidence is None


def test_one_round_is_what_it_is():
    found = against_one_second(2.0)
    assert found.method == "one ratio, no interval"
    assert (found.value, found.low, found.high, found.confidence) == pytest.approx((2.0, 2.0, 2.0, None))


def test_swapping_the_sides_inverts_the_estimate():
    left, right = samples(1.0, 1.2, 0.9, 1.1, 1.0, 1.3, 1.05), samples(0.5, 0.7, 0.4, 0.6, 0.45, 0.5, 0.55)
    forward, back = speedup(left, right), speedup(right, left)
    assert (back.value, back.low, back.high) == pytest.approx(
        (1 / forward.value, 1 / forward.high, 1 / forward.low)
    )


def test_equal_times_give_exactly_one():
    found = speedup(samples(*[0.25] * 8), samples(*[0.25] * 8))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_one_wild_round_hardly_moves_the_estimate():
    calm = against_one_second(*[2.0] * 19, 2.0)
    wild = against_one_second(*[2.0] * 19, 200.0)
    assert wild.value == pytest.approx(calm.value)
    assert wild.high == pytest.approx(2.0)


def test_a_higher_level_widens_the_interval():
    values = [2 + each / 20 for each in range(12)]
    sides = samples(*[1.0] * 12), samples(*[1 / each for each in values])
    usual, strict = speedup(*sides), speedup(*sides, confidence=0.99)
    assert strict.low < usual.low
    assert strict.confidence >= 0.99


def test_a_level_that_is_exactly_reached_is_reached():
    sides = samples(*[1.0] * 6), samples(*[0.5] * 6)
    assert speedup(*sides, confidence=0.96875).confidence == 0.96875
    assert speedup(*sides, confidence=0.97).confidence is None


@pytest.mark.parametrize(("left", "right"), [(2, 3), (3, 2), (0, 1), (0, 0)])
def test_unpaired_samples_are_refused_with_their_numbers(left, right):
    with pytest.raises(UnpairedSamples, match=f"{left} baseline samples and {right} candidate samples"):
        speedup(samples(*[1.0] * left), samples(*[1.0] * right))


def test_unpaired_samples_are_a_failed_run_of_ours():
    assert issubclass(UnpairedSamples, RunError)
    assert issubclass(UnpairedSamples, PerfmagicError)


@pytest.mark.parametrize("time", [-1.0, math.nan, math.inf])
def test_what_is_no_time_is_refused(time):
    with pytest.raises(RunError, match="is no time"):
        speedup(samples(1.0), samples(time))


def test_a_clock_that_did_not_move_counts_as_its_step():
    assert ratios(samples(1e-6), samples(0.0)) == pytest.approx((1000.0,))


def test_a_quantity_keeps_the_samples_in_order():
    found = quantity([0.3, 0.1, 0.2])
    assert (found.median, found.low, found.high, found.samples) == (0.2, 0.1, 0.3, (0.3, 0.1, 0.2))


def test_a_quantity_of_nothing_is_refused():
    with pytest.raises(RunError, match="at least one round"):
        quantity([])


def test_a_first_run_far_above_its_reruns_is_flagged():
    assert (
        remembered(0.2, [0.0001, 0.0001, 0.5]) == "first run 200 ms, reruns 100 us: something is remembered"
    )


def test_the_flag_begins_right_above_three_times_the_median():
    assert remembered(0.31, [0.1, 0.1, 0.1]) is not None


@pytest.mark.parametrize(
    ("committed_s", "reruns"), [(0.75, [0.25]), (0.3, [0.1]), (0.29, [0.1, 0.1]), (1.0, [])]
)
def test_up_to_three_times_the_median_rerun_is_no_flag(committed_s, reruns):
    assert remembered(committed_s, reruns) is None

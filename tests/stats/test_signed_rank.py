import math
import random
from itertools import product

import pytest

from perfmagic.stats.signed_rank import cumulative_counts, exact_interval, location, p_value, walsh_averages

DISTINCT = [0.3, -0.1, 1.2, 2.5, 0.7, 4.0, -0.2]


def rank_sum(signs):
    return sum(rank for rank, positive in enumerate(signs, start=1) if positive)


@pytest.mark.parametrize("n", range(1, 11))
def test_the_counts_are_those_of_all_sign_patterns(n):
    sums = [rank_sum(signs) for signs in product([False, True], repeat=n)]
    assert cumulative_counts(n) == tuple(
        sum(1 for each in sums if each <= t) for t in range(n * (n + 1) // 2 + 1)
    )


def test_the_counts_of_thirty_rounds_are_exact_integers():
    counts = cumulative_counts(30)
    assert counts[-1] == 2**30
    assert counts[137] / 2**30 == pytest.approx(0.0249, abs=5e-5)  # published critical value of n = 30


@pytest.mark.parametrize(("n", "critical"), [(6, 0), (7, 2), (8, 3), (10, 8), (12, 13), (15, 25), (20, 52)])
def test_the_interval_drops_as_many_averages_as_the_published_table_says(n, critical):
    values = [math.sqrt(prime) for prime in range(2, n + 2)]
    low, high, level = exact_interval(values, confidence=0.95)
    averages = walsh_averages(values)
    assert (low, high) == (averages[critical], averages[-1 - critical])
    assert 0.95 <= level < 0.985


@pytest.mark.parametrize(("n", "level"), [(6, 0.96875), (7, 1 - 3 * 2 / 128), (8, 1 - 5 * 2 / 256)])
def test_the_level_is_the_exact_one(n, level):
    assert exact_interval(DISTINCT[:n] + [9.0] * (n - len(DISTINCT)), confidence=0.95)[2] == level


@pytest.mark.parametrize("n", range(6))
def test_fewer_than_six_values_give_no_interval(n):
    assert exact_interval(DISTINCT[:n], confidence=0.95) is None


def test_the_p_value_is_the_share_of_sign_patterns_at_least_as_extreme():
    magnitudes = sorted(abs(each) for each in DISTINCT)
    ranks = {each: magnitudes.index(abs(each)) + 1 for each in DISTINCT}
    smaller = min(
        sum(ranks[each] for each in DISTINCT if each > 0), sum(ranks[each] for each in DISTINCT if each < 0)
    )
    sums = [rank_sum(signs) for signs in product([False, True], repeat=len(DISTINCT))]
    assert p_value(DISTINCT) == 2 * sum(1 for each in sums if each <= smaller) / len(sums)


@pytest.mark.parametrize("n", [1, 2, 6, 7, 8, 20])
def test_the_smallest_p_value_of_n_rounds_is_two_of_all_patterns(n):
    assert p_value([1.0 + each / 7 for each in range(n)]) == min(1.0, 2 / 2**n)


@pytest.mark.parametrize("values", [[], [0.0], [0.0] * 8, [1.0, -1.0], [1.0] * 4 + [-1.0] * 4])
def test_values_without_a_direction_have_the_p_value_one(values):
    assert p_value(values) == 1.0


def test_zeros_never_make_a_difference_significant():
    gains = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert p_value(gains) < 0.05
    assert p_value([0.0, 0.0, 0.0, *gains[:3]]) > 0.05


def test_interval_and_p_value_never_contradict_each_other():
    """Coarse values make ties and zeros frequent, which is where a second formula would disagree."""
    dice = random.Random(11)
    verdicts = set()
    for _ in range(600):
        values = [dice.randint(-2, 4) / 2 for _ in range(dice.choice([6, 7, 9]))]
        low, high, level = exact_interval(values, confidence=0.95)
        excluded = low > 0 or high < 0
        assert excluded == (p_value(values) <= 1 - level)
        verdicts.add(excluded)
    assert verdicts == {True, False}


def test_ties_keep_the_test_on_the_cautious_side():
    """All sign patterns of tied values are equally likely under the null, so the exact size can be counted."""
    magnitudes = [0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    patterns = [
        [s * m for s, m in zip(signs, magnitudes)] for signs in product([-1, 1], repeat=len(magnitudes))
    ]
    rejected = sum(1 for values in patterns if p_value(values) <= 0.05)
    assert 0 < rejected / len(patterns) <= 0.05


def test_the_location_is_the_median_of_all_pair_means():
    assert location([1.0, 2.0, 10.0]) == (2.0 + 5.5) / 2
    assert location([3.0]) == 3.0

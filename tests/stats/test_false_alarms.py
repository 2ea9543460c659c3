"""A cell compared with itself, 3,000 times in each of several kinds of noise: how often is it called different?

Everything is simulated and seeded, so the rates are the same on every machine.
"""

import math
import random

import pytest

from benchmarks.block_order import block_order_differs, incomplete_beta, student_p
from perfmagic.model.run import Sample
from perfmagic.model.verdict import Status
from perfmagic.stats.recommend import Contender, recommend
from perfmagic.stats.speedup import speedup

COMPARISONS = 3_000
AT_MOST = 0.055


def drift_and_spikes(dice, n):
    """A machine that slows down steadily, with runs that something else interrupts."""
    slope = dice.uniform(-0.3, 0.3) / n
    return [
        1 + slope * i + abs(dice.gauss(0, 0.02)) + (dice.expovariate(1 / 0.5) if dice.random() < 0.1 else 0.0)
        for i in range(2 * n)
    ]


def autoregressive(dice, n):
    """A machine whose speed wanders: each run resembles the one before it."""
    level, times = dice.gauss(0, 1), []
    for _ in range(2 * n):
        level = 0.8 * level + math.sqrt(1 - 0.8**2) * dice.gauss(0, 1)
        times.append(math.exp(0.05 * level + dice.gauss(0, 0.01)))
    return times


def position_effect(dice, n):
    """The second run of a round is 5 % faster: the first one warmed something up."""
    return [(0.95 if i % 2 else 1.0) * math.exp(dice.gauss(0, 0.02)) for i in range(2 * n)]


NOISES = {each.__name__: each for each in (drift_and_spikes, autoregressive, position_effect)}


def random_order(dice, times):
    """Deal the times of each round to the two sides at random."""
    pairs = [times[i : i + 2] for i in range(0, len(times), 2)]
    dealt = [pair if dice.random() < 0.5 else pair[::-1] for pair in pairs]
    return [each[0] for each in dealt], [each[1] for each in dealt]


def fixed_order(dice, times):
    return times[::2], times[1::2]


def block_order(dice, times):
    half = len(times) // 2
    return times[:half], times[half:]


def interval_excludes_one(left, right):
    found = speedup(*[[Sample(wall_s=each, cpu_s=0.0) for each in side] for side in (left, right)])
    return found.low > 1 or found.high < 1


def rate(noise, n, *, order=random_order, differs=interval_excludes_one, seed=20):
    dice = random.Random(f"{noise.__name__} {n} {seed}")
    calls = sum(1 for _ in range(COMPARISONS) if differs(*order(dice, noise(dice, n))))
    return calls / COMPARISONS


@pytest.mark.parametrize("n", [6, 7, 20])
@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_the_same_cell_is_seldom_called_different(noise, n):
    assert rate(noise, n) <= AT_MOST


def recommends(left, right):
    sides = [tuple(Sample(wall_s=each, cpu_s=0.0) for each in side) for side in (left, right)]
    only = Contender(strategy="same", status=Status.EQUAL, baseline=sides[0], samples=sides[1])
    return recommend([only]).strategy is not None


@pytest.mark.parametrize("n", [2, 3, 5, 6])
@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_the_same_cell_is_hardly_ever_recommended(noise, n):
    assert rate(noise, n, differs=recommends) <= 0.002


@pytest.mark.parametrize("n", [7, 20])
def test_a_fixed_order_fails_under_the_position_effect(n):
    """The simulation can fail: without the random order the very same interval is wrong most of the time."""
    assert rate(position_effect, n, order=fixed_order) > 0.9


@pytest.mark.parametrize("noise", [drift_and_spikes, autoregressive])
def test_a_t_test_in_block_order_fails(noise):
    """The rule that other tools use takes a change of the machine for a change of the code."""
    assert rate(noise, 20, order=block_order, differs=block_order_differs) > 0.15


def test_a_real_difference_of_ten_percent_is_found():
    """The method is not cautious by being blind."""

    def slower(dice, n):
        return [time * (1.1 if i % 2 else 1.0) for i, time in enumerate(autoregressive(dice, n))]

    assert rate(slower, 20, order=fixed_order) > 0.9


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        pytest.param([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1.0, id="same"),
        pytest.param([1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 6.0], 0.0710, id="t = 2.19, 6 degrees"),
        pytest.param([1.0, 1.0], [1.0, 1.0], 1.0, id="no spread, no gap"),
        pytest.param([1.0, 1.0], [2.0, 2.0], 0.0, id="no spread, a gap"),
    ],
)
def test_the_t_test_gives_the_p_value_of_the_tables(first, second, p):
    assert student_p(first, second) == pytest.approx(p, abs=5e-4)


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (2, 4.303), (12, 2.179), (38, 2.024), (1000, 1.962)])
def test_the_t_distribution_has_its_published_quantiles(freedom, t):
    beta = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))
    assert beta == pytest.approx(0.05, abs=1e-4)

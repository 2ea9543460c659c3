"""The exact signed-rank method: estimate, interval and test of the centre of a symmetric distribution.

Estimate, interval and p-value are all read off the same list, the Walsh averages (means of all pairs, each
value with itself included), so that they can never contradict each other: the interval excludes zero exactly
where the p-value is at most one minus its level. Ties and zeros need no special case. An average that is
exactly zero counts for neither side; breaking the tie by an infinitely small symmetric disturbance could only
move the statistic towards the extremes, so the test stays valid, on the cautious side.

References
----------
Hollander, Wolfe & Chicken (2014), *Nonparametric Statistical Methods*, ch. 3.
Hodges & Lehmann (1963), "Estimates of location based on rank tests", Annals of Mathematical Statistics 34.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from statistics import median


def walsh_averages(values: Sequence[float]) -> list[float]:
    """Return the means of all pairs of values, each with itself included, in ascending order."""
    return sorted((left + right) / 2 for i, left in enumerate(values) for right in values[i:])


def location(values: Sequence[float]) -> float:
    """Return the Hodges-Lehmann estimate of the centre: the median of the Walsh averages."""
    return median(walsh_averages(values))


@lru_cache(maxsize=64)
def cumulative_counts(n: int) -> tuple[int, ...]:
    """Return, for each t, how many of the ``2**n`` sign patterns have a rank sum of at most t.

    Dynamic programming over the ranks: rank r is either positive or not, so the counts of n ranks are those
    of n - 1 ranks plus the same shifted by n. Integers throughout, so the distribution is exact for any n.
    """
    counts = [1]
    for rank in range(1, n + 1):
        shifted = [0] * rank + counts
        counts = [a + b for a, b in zip(counts + [0] * rank, shifted, strict=True)]
    return tuple(accumulate(counts))


def exact_interval(values: Sequence[float], *, confidence: float) -> tuple[float, float, float] | None:
    """Return low end, high end and achieved level of the narrowest interval whose level is at least ``confidence``.

    ``None`` if there are too few values: the widest interval there is has the level ``1 - 2 / 2**n``.
    """
    total = 1 << len(values)
    inside = [at_most for at_most in cumulative_counts(len(values)) if 1 - 2 * at_most / total >= confidence]
    if not inside:
        return None
    averages = walsh_averages(values)
    trimmed = len(inside) - 1
    return averages[trimmed], averages[-1 - trimmed], 1 - 2 * inside[-1] / total


def p_value(values: Sequence[float]) -> float:
    """Return the exact two-sided p-value of "the values are symmetric about zero"; 1.0 for no values."""
    if not values:
        return 1.0
    averages = walsh_averages(values)
    above = sum(1 for each in averages if each > 0)
    below = sum(1 for each in averages if each < 0)
    other_side = len(averages) - max(above, below)
    return min(1.0, 2 * cumulative_counts(len(values))[other_side] / (1 << len(values)))

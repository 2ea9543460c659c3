"""The rule that other tools use: all runs of one side, then all of the other, and a pooled Student t-test.

Kept as a peer to compare with, not as a method: it takes every change of the machine between the two blocks for a difference.
"""

import math
from collections.abc import Sequence
from statistics import fmean, variance

ALPHA = 0.05
_STEPS = 300
_ENOUGH = 1e-14
_TINY = 1e-300


def block_order_differs(first: Sequence[float], second: Sequence[float], *, alpha: float = ALPHA) -> bool:
    """Whether the pooled two-sample t-test calls the two blocks of times different."""
    return student_p(first, second) <= alpha


def student_p(first: Sequence[float], second: Sequence[float]) -> float:
    """Two-sided p-value of the pooled two-sample t-test; both sides need at least two values.

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6.
    """
    m, n = len(first), len(second)
    freedom = m + n - 2
    pooled = ((m - 1) * variance(first) + (n - 1) * variance(second)) / freedom
    gap = fmean(first) - fmean(second)
    if pooled == 0:
        return 1.0 if gap == 0 else 0.0
    t_squared = gap * gap / (pooled * (1 / m + 1 / n))
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t_squared))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function, by the continued fraction (DLMF 8.17.22) on the side where it converges fast."""
    if x in {0.0, 1.0}:
        return x
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(b, a, 1 - x) / b
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate ``1 / (1 + d1 / (1 + d2 / (1 + ...)))`` from the top (modified Lentz)."""
    value = upper = 1.0
    lower = 0.0
    for step in range(1, _STEPS):
        term = _coefficient(a, b, x, step)
        lower = 1.0 / _nonzero(1.0 + term * lower)
        upper = _nonzero(1.0 + term / upper)
        value *= upper * lower
        if abs(upper * lower - 1) < _ENOUGH:
            break
    return 1 / value


def _coefficient(a: float, b: float, x: float, step: int) -> float:
    m = step // 2
    if step % 2 == 0:
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY

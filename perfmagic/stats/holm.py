"""Several comparisons at once: Holm's adjustment, and how many rounds it takes before it can say anything."""

from collections.abc import Sequence

FEWEST_ROUNDS = 6
"""Rounds below which no exact interval of 95 % exists."""


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return the adjusted p-values in the order given: compare each with the level that all together shall keep.

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    ascending = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank, index in enumerate(ascending):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)


def rounds_needed(candidates: int, *, level: float = 0.05) -> int:
    """Return the rounds after which the best of so many candidates can be told from chance: 6 for 1, 7 for 2-3, 8 for 4-6.

    The smallest two-sided p-value of n rounds is ``2 / 2**n``, and Holm multiplies it by the number of
    candidates.
    """
    rounds = FEWEST_ROUNDS
    while candidates * 2 / 2**rounds > level:
        rounds += 1
    return rounds

"""How much faster: ratios of runs taken in the same round, and an exact interval for their centre.

Noise that lasts longer than a round (another program, a warm processor) hits both sides of a ratio; noise
that depends on the place within a round is made symmetric by the random order. That is all the method assumes
of a noisy machine.
"""

import math
from collections.abc import Sequence
from itertools import starmap
from statistics import median

from perfmagic.errors import RunError, UnpairedSamples
from perfmagic.model.comparison import Estimate, Quantity
from perfmagic.model.run import Sample
from perfmagic.model.units import seconds
from perfmagic.stats.signed_rank import exact_interval, location

FEWEST_FOR_LOCATION = 3
_CLOCK_STEP_S = 1e-9
_REMEMBERED = 3.0
_NOTICEABLE_S = 0.001


def ratios(baseline: Sequence[Sample], candidate: Sequence[Sample]) -> tuple[float, ...]:
    """Return baseline over candidate, round by round; > 1 means that the candidate was faster.

    Raises
    ------
    UnpairedSamples
        If the two sides do not hold the same number of rounds, or none.
    RunError
        If a time is negative or not a number.
    """
    if len(baseline) != len(candidate) or not baseline:
        message = (
            f"{len(baseline)} baseline samples and {len(candidate)} candidate samples cannot be paired: "
            "pass the samples of the same rounds, one a round, at least one"
        )
        raise UnpairedSamples(message)
    return tuple(starmap(_ratio, zip(baseline, candidate, strict=True)))


def _ratio(baseline: Sample, candidate: Sample) -> float:
    for sample in (baseline, candidate):
        if not (math.isfinite(sample.wall_s) and sample.wall_s >= 0):
            message = (
                f"a sample of {sample.wall_s} s is no time: the clock must give finite seconds, not negative"
            )
            raise RunError(message)
    # A clock that did not move between two readings measured less than its step, not nothing.
    return max(baseline.wall_s, _CLOCK_STEP_S) / max(candidate.wall_s, _CLOCK_STEP_S)


def speedup(baseline: Sequence[Sample], candidate: Sequence[Sample], *, confidence: float = 0.95) -> Estimate:
    """Ratio of wall times, baseline over candidate, with an interval; > 1 means the candidate is faster.

    From 6 rounds on the interval is exact and ``confidence`` is the level it achieves (0.969 with 6 rounds).
    Below, ``low`` and ``high`` are the extremes seen and ``confidence`` is ``None``.

    Parameters
    ----------
    baseline, candidate
        Samples taken in the same rounds, in order; ``wall_s`` in seconds.
    confidence
        The level that the interval has at least.

    Raises
    ------
    UnpairedSamples
        If the two sides do not hold the same number of rounds, or none.
    RunError
        If a time is negative or not a number.

    References
    ----------
    Hollander, Wolfe & Chicken (2014), *Nonparametric Statistical Methods*, ch. 3 (signed-rank estimator and interval).
    """
    return estimate(ratios(baseline, candidate), confidence=confidence)


def estimate(per_round: Sequence[float], *, confidence: float = 0.95) -> Estimate:
    """Return the centre of ratios (> 0, at least one) with the interval that so many rounds allow; see `speedup`."""
    logs = [math.log(each) for each in per_round]
    found = exact_interval(logs, confidence=confidence)
    if found is not None:
        low, high, level = found
        method = "Hodges-Lehmann on log ratios, exact signed-rank interval"
        return _estimate(location(logs), low, high, confidence=level, method=method)
    if len(logs) >= FEWEST_FOR_LOCATION:
        method = f"Hodges-Lehmann on log ratios; extremes of {len(logs)} rounds, no interval"
        return _estimate(location(logs), min(logs), max(logs), confidence=None, method=method)
    method = (
        "one ratio, no interval" if len(logs) == 1 else "geometric mean and extremes of 2 rounds, no interval"
    )
    return _estimate(math.fsum(logs) / len(logs), min(logs), max(logs), confidence=None, method=method)


def _estimate(value: float, low: float, high: float, *, confidence: float | None, method: str) -> Estimate:
    return Estimate(
        value=math.exp(value), low=math.exp(low), high=math.exp(high), confidence=confidence, method=method
    )


def quantity(samples: Sequence[float]) -> Quantity:
    """Return median, extremes and all samples of one quantity, in the order of time.

    Raises
    ------
    RunError
        If there are no samples.
    """
    if not samples:
        message = "there is no sample to summarise: run at least one round"
        raise RunError(message)
    return Quantity(median=median(samples), low=min(samples), high=max(samples), samples=tuple(samples))


def remembered(committed_s: float, reruns: Sequence[float]) -> str | None:
    """Return a sentence if the first run took more than 3 times the median rerun, else ``None``.

    Such a cell found something that its first run left behind (a cache, an open connection), so its reruns do
    not tell how long it takes. A difference below 1 ms is what cold processor caches cost any cell.
    """
    if not reruns:
        return None
    rerun_s = median(reruns)
    if committed_s <= _REMEMBERED * rerun_s or committed_s - rerun_s < _NOTICEABLE_S:
        return None
    return f"first run {seconds(committed_s)}, reruns {seconds(rerun_s)}: something is remembered"

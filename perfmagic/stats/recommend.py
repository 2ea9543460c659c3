"""Which strategy to recommend, if any: only what was checked, and only what chance does not explain."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perfmagic.model.comparison import Estimate, Recommendation
from perfmagic.model.run import Sample
from perfmagic.model.units import about, interval, ratio, times
from perfmagic.model.verdict import Status
from perfmagic.stats.holm import FEWEST_ROUNDS, holm, rounds_needed
from perfmagic.stats.signed_rank import p_value
from perfmagic.stats.speedup import FEWEST_FOR_LOCATION, estimate, ratios, speedup

_LEVEL = 0.05
_LEAST_GAIN = 1.05
_LEAST_GAIN_OF_FEW = 1.2
_TRUSTED = frozenset({Status.EQUAL, Status.CLOSE})
# A reordered result is not the cell's result until the user says that order does not matter, so it is not recommended.


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A candidate that ran in the timed rounds, beside the baseline's samples of the same rounds."""

    strategy: str
    status: Status
    baseline: tuple[Sample, ...]
    samples: tuple[Sample, ...]

    @property
    def trusted(self) -> bool:
        """Whether its result was checked and is equal or close."""
        return self.status in _TRUSTED

    @property
    def ratios(self) -> tuple[float, ...]:
        """Baseline over candidate, round by round."""
        return ratios(self.baseline, self.samples)

    @property
    def estimate(self) -> Estimate:
        """The speedup with its interval."""
        return estimate(self.ratios)


def recommend(candidates: Sequence[Contender], *, withheld: str | None = None) -> Recommendation:
    """Return the fastest candidate that is shown to beat the baseline, or none, and why in one sentence.

    Candidates count as many as could be recommended: their results were checked and are equal or close. From
    the rounds that so many need (6, 7 for 2-3, 8 for 4-6) the low end of the interval must lie above 1.05 and
    the p-value, adjusted by Holm, must be at most 5 %. With 3 to 5 rounds every ratio must be at least 1.2.

    Parameters
    ----------
    candidates
        All that ran beside the baseline, whatever their verdict.
    withheld
        Why nothing may be recommended although runs were timed, such as the answer of `remembered`.

    Raises
    ------
    UnpairedSamples
        If a candidate has not as many samples as its baseline, or none.
    """
    if withheld is not None:
        return _none(f"nothing is recommended: {withheld}")
    if not candidates:
        return _none("nothing was timed beside the cell as written")
    trusted = [each for each in candidates if each.trusted]
    if not trusted:
        return _none(_untrusted(candidates))
    rounds = min(len(each.samples) for each in trusted)
    needed = rounds_needed(len(trusted), level=_LEVEL)
    if rounds >= needed:
        return _from_intervals(trusted)
    if FEWEST_FOR_LOCATION <= rounds < FEWEST_ROUNDS:
        return _from_few(trusted, rounds)
    if rounds < FEWEST_FOR_LOCATION:
        return _none(
            f"nothing is recommended after {times(rounds, 'round')}: the interval needs {FEWEST_ROUNDS}"
        )
    return _none(
        f"nothing is recommended after {times(rounds, 'round')}: to choose among {len(trusted)} candidates takes {needed}"
    )


def decided(candidates: Sequence[Contender]) -> bool:
    """Tell whether there were enough rounds to say of the candidates that none is faster."""
    trusted = [each for each in candidates if each.trusted]
    needed = rounds_needed(len(trusted), level=_LEVEL)
    return bool(trusted) and min(len(each.samples) for each in trusted) >= needed


def _none(reason: str) -> Recommendation:
    return Recommendation(strategy=None, reason=reason)


def _untrusted(candidates: Sequence[Contender]) -> str:
    """Say of each candidate why its result forbids a recommendation."""
    words = {
        Status.DIFFERENT: "gives a different result",
        Status.REORDERED: "gives the result in another order",
        Status.UNKNOWN: "has a result that could not be checked",
    }
    parts = [f"{each.strategy} {words.get(each.status, 'was not compared')}" for each in candidates]
    return f"nothing is recommended: {', '.join(parts)}"


def _fastest_first(candidates: Sequence[Contender]) -> list[Contender]:
    return sorted(candidates, key=lambda each: each.estimate.value, reverse=True)


def _from_intervals(trusted: Sequence[Contender]) -> Recommendation:
    adjusted = holm([p_value(_logs(each)) for each in trusted])
    shown = [
        each
        for each, p in zip(trusted, adjusted, strict=True)
        if p <= _LEVEL and each.estimate.low > _LEAST_GAIN
    ]
    if not shown:
        return _none(_no_winner(trusted))
    best, *others = _fastest_first(shown)
    found = best.estimate
    gain = f"{best.strategy} is {ratio(found.value)} faster ({interval(found.low, found.high)})"
    tied = [each.strategy for each in others if _alike(best, each)]
    if tied:
        gain += f"; {' and '.join(tied)} cannot be told from it"
    return Recommendation(strategy=best.strategy, reason=gain)


def _logs(contender: Contender) -> list[float]:
    """Return centred values for the signed-rank test: log ratios, zero where both sides took the same time."""
    return [math.log(each) for each in contender.ratios]


def _alike(best: Contender, other: Contender) -> bool:
    """Whether the interval of one against the other, round by round, holds 1."""
    if len(best.samples) != len(other.samples):
        return other.estimate.high >= best.estimate.low
    direct = speedup(other.samples, best.samples)
    return direct.low <= 1 <= direct.high


def _no_winner(trusted: Sequence[Contender]) -> str:
    best = _fastest_first(trusted)[0]
    found = best.estimate
    span = f"{ratio(found.value)} ({interval(found.low, found.high)})"
    if found.high <= _LEAST_GAIN:
        return f"no strategy is faster: the best, {best.strategy}, is {span}"
    return f"no strategy is shown to be faster by more than 5 %: the best, {best.strategy}, is {span}"


def _from_few(trusted: Sequence[Contender], rounds: int) -> Recommendation:
    clear = [each for each in trusted if min(each.ratios) >= _LEAST_GAIN_OF_FEW]
    if not clear:
        return _none(
            f"nothing is recommended after {times(rounds, 'round')}: not every ratio is at least "
            f"{_LEAST_GAIN_OF_FEW}, the interval needs {FEWEST_ROUNDS}"
        )
    best = _fastest_first(clear)[0]
    reason = f"{best.strategy} is faster: about {about(best.estimate.value)} in {times(rounds, 'round')}, no interval"
    return Recommendation(strategy=best.strategy, reason=reason)

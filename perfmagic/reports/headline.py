"""The first line of every report: one honest sentence."""

from perfmagic.model.comparison import Candidate, CandidateStatus, Comparison
from perfmagic.model.units import about, interval, ratio, times
from perfmagic.model.verdict import Status

CLAIMABLE = frozenset({Status.EQUAL, Status.CLOSE, Status.REORDERED})
"""Verdicts under which a speedup may be shown at all."""
_WINNING = frozenset({Status.EQUAL, Status.CLOSE})
_NO_GAIN = 1.05


def status_of(candidate: Candidate) -> Status | None:
    """Return the verdict's status, ``None`` if there is no verdict."""
    return candidate.verdict.status if candidate.verdict else None


def winner(comparison: Comparison) -> Candidate | None:
    """Return the recommended candidate if its result is equal or close, otherwise ``None``."""
    for candidate in comparison.candidates:
        if candidate.strategy == comparison.recommendation.strategy and status_of(candidate) in _WINNING:
            return candidate
    return None


def reason(comparison: Comparison) -> str:
    """Return why something is recommended or not; a claim for a result that is not the same is not passed on."""
    recommended = comparison.recommendation
    if recommended.strategy is None or winner(comparison) is not None:
        return recommended.reason
    return f"nothing is recommended: the result of {recommended.strategy} is not known to be the same"


def headline(comparison: Comparison) -> str:
    """Return what was found in one sentence: a wrong result first, then a gain, or that there is none and why."""
    sentence = _finding(comparison)
    if not comparison.interrupted:
        return sentence
    rounds = _rounds(comparison)
    stopped = f"after {times(rounds, 'round')}" if rounds else "before the first round"
    return f"stopped {stopped}: {sentence}"


def compared(comparison: Comparison) -> list[Candidate]:
    """Return all candidates but the baseline."""
    return [each for each in comparison.candidates if each.strategy != comparison.baseline]


def _ran(comparison: Comparison) -> list[Candidate]:
    return [each for each in compared(comparison) if each.status is CandidateStatus.RAN]


def _rounds(comparison: Comparison) -> int:
    """Return the rounds that all compared candidates finished; one run without a comparison was none."""
    timed = [(len(each.wall_s.samples), each.speedup) for each in _ran(comparison) if each.wall_s]
    compared = [rounds for rounds, speedup in timed if speedup is not None]
    if compared:
        return min(compared)
    most = max((rounds for rounds, _ in timed), default=0)
    return most if most > 1 else 0


def _finding(comparison: Comparison) -> str:
    ran = _ran(comparison)
    wrong = [each.strategy for each in ran if status_of(each) is Status.DIFFERENT]
    best = winner(comparison)
    parts = [_different(wrong)] if wrong else []
    if best is not None:
        parts.append(_gain(best, comparison))
    if parts:
        return "; ".join(parts)
    return _no_gain(comparison, ran) if ran else _nothing_ran(comparison)


def _different(strategies: list[str]) -> str:
    if len(strategies) == 1:
        return f"{strategies[0]} gives a different result"
    return f"{', '.join(strategies[:-1])} and {strategies[-1]} give different results"


def _gain(best: Candidate, comparison: Comparison) -> str:
    found = best.speedup
    if found is None:
        return reason(comparison)
    if found.confidence is None:
        rounds = len(best.wall_s.samples) if best.wall_s else 0
        gain = (
            f"{best.strategy} is faster: about {about(found.value)} in {times(rounds, 'round')}, no interval"
        )
    else:
        gain = f"{best.strategy} is {ratio(found.value)} faster ({interval(found.low, found.high)})"
    comma = "," if found.confidence is None else ""
    ceiling = f"{comma} of at most {ratio(best.ceiling)}" if best.ceiling is not None else ""
    return f"{gain}{ceiling}; results {status_of(best)}"


def _no_gain(comparison: Comparison, ran: list[Candidate]) -> str:
    unknown = [each.strategy for each in ran if status_of(each) in {Status.UNKNOWN, None}]
    if len(unknown) == len(ran):
        once = f"{unknown[0]} ran once and " if comparison.executions == 1 else ""
        return f"{once}no speedup is claimed: the result of {', '.join(unknown)} was not checked"
    found = [each.speedup for each in ran if each.speedup and status_of(each) in _WINNING]
    exact = len(found) == len(ran) and all(each.confidence is not None for each in found)
    if exact and max(each.high for each in found) <= _NO_GAIN:
        low, high = min(each.low for each in found), max(each.high for each in found)
        return f"no strategy is faster: {interval(low, high)}x"
    return reason(comparison)


def _nothing_ran(comparison: Comparison) -> str:
    others = compared(comparison)
    for candidate in others:
        if candidate.status is CandidateStatus.FAILED and candidate.error:
            return f"{candidate.strategy} failed: {candidate.error.type}: {candidate.error.message}"
    for candidate in others:
        if candidate.status is CandidateStatus.NOT_RUN:
            return f"nothing was compared: {candidate.reason or 'the candidates were not run'}"
    reasons = _reasons(others)
    if not reasons:
        return "only the cell as written ran: there was no candidate"
    nothing = "nothing to overlap" if comparison.magic == "concurrent" else "nothing to compare"
    return f"{nothing}: {'; '.join(each.rstrip('.') for each in reasons)}"


def _reasons(refused: list[Candidate]) -> list[str]:
    """Return the first reason that points at lines, which says more than those that hold for the whole cell, or all of these."""
    pointing = [each.reason for each in refused if each.reason and each.lines is not None]
    return pointing[:1] or list(dict.fromkeys(each.reason for each in refused if each.reason))

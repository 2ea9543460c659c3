"""How the time budget is spent: pure arithmetic on seconds, so that it can be tested without a clock."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from perfmagic.stats.speedup import FEWEST_FOR_LOCATION

SHORTEST_SAMPLE_S = 0.005
"""A sample shorter than this says more about the clock and the caches than about the cell."""

ROUNDS_WORTH = 9
"""Rounds that a larger budget should pay for: 8 to choose among up to six candidates, and the time of one for probed runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Which candidates the budget admits, and the budget that would admit all of them."""

    admitted: tuple[str, ...]
    budget_for_all_s: int


def admit(*, expected_s: Mapping[str, float], baseline_s: float, left_s: float, spent_s: float) -> Admission:
    """Choose the candidates to run.

    All run if a warm-up of each and one round fit into what is left; otherwise only the one that is expected to be
    fastest.

    Parameters
    ----------
    expected_s
        Seconds that one run of each candidate should take, most promising first among equals.
    baseline_s
        Seconds of one run of the cell as written.
    left_s, spent_s
        What is left of the budget, and what was spent.
    """
    one_round_s = baseline_s + sum(expected_s.values())
    warmups_s = sum(expected_s.values())
    wanted = math.ceil(spent_s + warmups_s + ROUNDS_WORTH * one_round_s)
    names = tuple(expected_s)
    if warmups_s + one_round_s <= left_s or len(names) <= 1:
        return Admission(admitted=names, budget_for_all_s=wanted)
    best = min(names, key=lambda name: expected_s[name])
    return Admission(admitted=(best,), budget_for_all_s=wanted)


def another_round_fits(*, done: int, most: int, left_s: float, round_s: float) -> bool:
    """Tell whether one more round may start; the first one may if at least its time is left."""
    return done < most and round_s <= left_s


def kept_back_s(*, done: int, needed: int, left_s: float, round_s: float, schedules_s: float) -> float:
    """Return what further rounds must leave: for probed runs, which take as long as a round, and for other schedules.

    Until a recommendation is possible that is nothing, unless the budget will not get there: then three rounds come first,
    which can show a large gain, and the probed runs next.
    """
    if done >= needed:
        return round_s + schedules_s
    within_reach = done + left_s // max(round_s, 1e-9) >= needed
    return 0.0 if within_reach or done < FEWEST_FOR_LOCATION else round_s


def more_rounds(*, needed: int, done: int, most: int, spent_s: float, round_s: float) -> str:
    """Return the option that would give the rounds which a recommendation takes."""
    if most < needed:
        return f"--rounds {needed} would do"
    return f"--budget {math.ceil(spent_s + (needed - done + 0.5) * round_s)} would do"


def inner_loops(fastest_s: float, *, repeatable_in_place: bool) -> int:
    """Return how often a body runs in one sample: to 5 ms, if running it twice in a row is the same as once.

    Single shots after a collection measured 6.8 times too slow for a body of 5 us, about right from 4 ms.
    """
    if not repeatable_in_place or fastest_s >= SHORTEST_SAMPLE_S:
        return 1
    return min(100_000, math.ceil(SHORTEST_SAMPLE_S / max(fastest_s, 1e-7)))

"""Other schedules than the one that happens by itself: which start waits how long. Pure arithmetic, no user code.

The starts that a changed cell makes together form a batch; a schedule gives each of them a delay. A schedule is known by
its number: the same number delays the same starts of the same cell in the same order. The delays of one run never add up
to more than the cell as written took, because a time limit in the cell may allow for that and for no more.

Musuvathi et al. (2008), *Finding and Reproducing Heisenbugs in Concurrent Programs*, OSDI, and Burckhardt et al. (2010),
*A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs*, ASPLOS: few exchanges of order expose most faults.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["as it comes", "swapped", "shuffled", "nudged", "jostled", "late", "scattered"]

EVEN = 0.5
"""The toss of a coin."""

STEP_S = 0.001
"""Between two starts that are only to begin in another order."""

MARGIN_S = 0.002
MARGIN = 1.05
"""A start that is to come after the end of another one waits this much longer than that one took."""

PAUSE_SHARE = 0.05
"""A pause inside an operation takes at most this share of the longest operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """What the operations of a changed cell take when nothing delays them.

    Attributes
    ----------
    durations_s
        Seconds of each start, in the order in which the cell makes them.
    wall_s
        Seconds of the whole run.
    most_s
        Seconds that delays may add up to: what the cell as written took.
    """

    durations_s: tuple[float, ...]
    wall_s: float
    most_s: float

    def duration_s(self, start: int) -> float:
        """Return the seconds of one start; one that was not seen is taken to be as long as the longest."""
        return self.durations_s[start] if start < len(self.durations_s) else self.longest_s

    @property
    def longest_s(self) -> float:
        """Seconds of the longest start."""
        return max(self.durations_s, default=self.wall_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One way to delay what a changed cell starts.

    Attributes
    ----------
    number
        Its number, from 1; it seeds every draw.
    form
        ``swapped``: in reverse, each after the end of the one before it; ``shuffled``: the same in a random order;
        ``nudged``: all at once, but the first steps in reverse; ``jostled``: the same in a random order; ``late``: some
        after the end of all others; ``scattered``: each at a random moment; ``as it comes``: no delays.
    pauses
        Whether operations also pause where they wait.
    """

    number: int
    form: Form
    pauses: bool = False

    def delays_s(self, batch: Sequence[int], tempo: Tempo) -> tuple[float, ...]:
        """Return the seconds that each start of a batch waits, in the order of the batch."""
        draw = self.draws("batch", *batch[:1])
        if self.form == "as it comes":
            wanted = [0.0 for _ in batch]
        elif self.form == "late":
            wanted = _late(batch, tempo, draw)
        elif self.form == "scattered":
            wanted = [draw.random() * _longest_s(batch, tempo) for _ in batch]
        else:
            wanted = self._in_order(batch, tempo, draw)
        scale = min(1.0, tempo.most_s / max([*wanted, 1e-9]))
        return tuple(each * scale for each in wanted)

    def _in_order(self, batch: Sequence[int], tempo: Tempo, draw: random.Random) -> list[float]:
        places = list(range(len(batch)))[::-1]
        if self.form in {"shuffled", "jostled"}:
            draw.shuffle(places)
        apart = self.form in {"swapped", "shuffled"}
        gaps_s = [_after(tempo.duration_s(batch[place])) if apart else STEP_S for place in places]
        begins_s = dict(zip(places, itertools.accumulate(gaps_s, initial=0.0), strict=False))
        return [begins_s[place] for place in range(len(batch))]

    def rest_s(self, tempo: Tempo) -> float:
        """Return the seconds that the cell's own code rests, once, while what it started goes on."""
        rests = self.form == "late" and self.draws("rest").random() < EVEN
        return min(_after(tempo.wall_s), tempo.most_s) if rests else 0.0

    def expected_s(self, tempo: Tempo) -> float:
        """Return the seconds that a run under this schedule should take."""
        everything = range(len(tempo.durations_s))
        return tempo.wall_s + max(self.delays_s(everything, tempo), default=0.0) + self.rest_s(tempo)

    def draws(self, *key: object) -> random.Random:
        """Return the random numbers for one purpose; they depend on nothing that happens meanwhile."""
        return random.Random(f"{self.number}:{key}")  # noqa: S311 - delays, not secrets


def _late(batch: Sequence[int], tempo: Tempo, draw: random.Random) -> list[float]:
    """Delay each with an even chance, but not all and not none of several, until the others have ended."""
    late = [draw.random() < EVEN for _ in batch]
    if len(batch) == 1:
        return [_after(tempo.wall_s)]
    if len(set(late)) == 1:
        late[draw.randrange(len(batch))] ^= True
    others_s = max(tempo.duration_s(each) for each, is_late in zip(batch, late, strict=True) if not is_late)
    return [_after(others_s) if is_late else 0.0 for is_late in late]


def _longest_s(batch: Sequence[int], tempo: Tempo) -> float:
    return tempo.wall_s if len(batch) == 1 else max(tempo.duration_s(each) for each in batch)


def _after(seconds: float) -> float:
    return MARGIN * seconds + MARGIN_S


AS_IT_COMES = Schedule(number=0, form="as it comes")

_FORMS: tuple[tuple[Form, bool], ...] = (
    ("swapped", False),
    ("nudged", True),
    ("late", False),
    ("scattered", True),
    ("late", True),
    ("shuffled", False),
    ("jostled", True),
    ("scattered", False),
    ("late", False),
    ("shuffled", True),
    ("scattered", True),
    ("late", True),
)

SCHEDULES = tuple(
    Schedule(number=number, form=form, pauses=pauses) for number, (form, pauses) in enumerate(_FORMS, start=1)
)
"""The schedules that are tried, those that expose most first."""

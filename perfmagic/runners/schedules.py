"""Other schedules than the one that happens by itself: which start waits how long. Pure arithmetic, no user code.

A first run without delays shows how long each start takes and which starts are made together, as a batch; a schedule then
gives each of them a delay. A schedule is known by its number: the same number delays the same starts of the same cell in
the same order. The delays of one run never add up to more than the cell as written took, because a time limit in the cell
may allow for that and for no more.

Musuvathi et al. (2008), *Finding and Reproducing Heisenbugs in Concurrent Programs*, OSDI, and Burckhardt et al. (2010),
*A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs*, ASPLOS: few exchanges of order expose most faults.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Form = Literal["as it comes", "swapped", "crossing", "following", "shuffled", "nudged", "late", "resting"]

EVEN = 0.5
"""The toss of a coin."""

STEP_S = 0.001
"""Between two starts that are only to begin in another order."""

MARGIN_S = 0.002
MARGIN = 1.05
"""A start that is to come after the end of another one waits this much longer than that one took."""

EARLIEST = 0.2
"""Where starts are to overlap at random, the next one begins after at least this share of the one before."""

MOST_WAITS = 30
"""An operation rests at one of so many first waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """What the operations of a changed cell take when nothing delays them.

    Attributes
    ----------
    durations_s
        Seconds of each start, in the order in which the cell makes them.
    batches
        The starts, by number, that were made together.
    waits
        How often each start was resumed after it had waited.
    wall_s
        Seconds of the whole run.
    most_s
        Seconds that delays may add up to: what the cell as written took.
    cancels
        Whether something was cancelled although nothing failed.
    leaves_tasks
        Whether tasks outlived the run.
    """

    durations_s: tuple[float, ...]
    batches: tuple[tuple[int, ...], ...]
    waits: tuple[int, ...]
    wall_s: float
    most_s: float
    cancels: bool = False
    leaves_tasks: bool = False

    def duration_s(self, start: int) -> float:
        """Return the seconds of one start; one that was not seen is taken to be as long as the longest."""
        return self.durations_s[start] if start < len(self.durations_s) else self.longest_s

    @property
    def longest_s(self) -> float:
        """Seconds of the longest start."""
        return max(self.durations_s, default=self.wall_s)


class Pause(NamedTuple):
    """At which of its waits a start rests, from 0, and for how many seconds."""

    wait: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One way to delay what a changed cell starts.

    Attributes
    ----------
    number
        Its number, from 1; it seeds every draw.
    form
        ``swapped``: in reverse, each after the end of the one before it; ``crossing``: in reverse, each after a part of
        the one before it; ``following``: the same in the order of the text; ``shuffled``: in a random order, each after a
        random part; ``nudged``: all at once, but the first steps in reverse; ``late``: some after the end of all others;
        ``resting``: some pause, where they wait, until all others have ended; ``as it comes``: no delays.
    part
        That part, as a share.
    restless
        Whether operations also make short pauses wherever they wait, and threads are switched more often.
    """

    number: int
    form: Form
    part: float = 1.0
    restless: bool = False

    def delays_s(self, tempo: Tempo) -> tuple[float, ...]:
        """Return the seconds that each start waits before it begins."""
        delays_s = [0.0 for _ in tempo.durations_s]
        left_s = tempo.most_s
        for batch in tempo.batches:
            wanted = self._wanted_s(batch, tempo)
            longest_s = max(wanted)
            scale = min(1.0, left_s / max(longest_s, 1e-9))
            left_s -= scale * longest_s
            for start, each in zip(batch, wanted, strict=True):
                delays_s[start] = scale * each
        return tuple(delays_s)

    def _wanted_s(self, batch: Sequence[int], tempo: Tempo) -> Sequence[float]:
        draw = self.draws("batch", *batch[:1])
        if self.form in {"as it comes", "resting"}:
            return [0.0 for _ in batch]
        return self._late(batch, tempo, draw) if self.form == "late" else self._in_order(batch, tempo, draw)

    def _in_order(self, batch: Sequence[int], tempo: Tempo, draw: random.Random) -> list[float]:
        places = list(range(len(batch)))
        if self.form == "shuffled":
            draw.shuffle(places)
        elif self.form != "following":
            places.reverse()
        gaps_s = [self._gap_s(tempo.duration_s(batch[place]), draw) for place in places]
        begins_s = dict(zip(places, itertools.accumulate(gaps_s, initial=0.0), strict=False))
        return [begins_s[place] for place in range(len(batch))]

    def _gap_s(self, duration_s: float, draw: random.Random) -> float:
        """Return the seconds between a start of that length and the next one."""
        match self.form:
            case "nudged":
                return STEP_S
            case "swapped":
                return _after(duration_s)
            case "shuffled":
                return draw.uniform(EARLIEST, MARGIN) * duration_s
            case _:
                return self.part * duration_s

    def _late(self, batch: Sequence[int], tempo: Tempo, draw: random.Random) -> list[float]:
        """Delay some, not all and not none of several, until the others have ended."""
        if len(batch) == 1:
            return [0.0 if self.rests else _after(tempo.wall_s)]
        late = _some(len(batch), draw)
        others_s = max(
            tempo.duration_s(each) for each, is_late in zip(batch, late, strict=True) if not is_late
        )
        return [_after(others_s) if is_late else 0.0 for is_late in late]

    @property
    def rests(self) -> bool:
        """Whether the cell's own code rests, once, where it waits, while what it started goes on."""
        return self.form in {"late", "resting"} and self.number % 2 == 0

    def rest_s(self, tempo: Tempo) -> float:
        """Return the seconds that the cell's own code rests."""
        return min(_after(tempo.wall_s), tempo.most_s) if self.rests else 0.0

    def pauses(self, tempo: Tempo) -> tuple[Pause | None, ...]:
        """Return for each start at which of its waits it rests, and for how many seconds; ``None`` if it does not."""
        count = len(tempo.durations_s)
        if self.form != "resting" or not count:
            return (None,) * count
        resting = _some(count, self.draws("resting")) if count > 1 else [not self.rests]
        others_s = max(
            (tempo.durations_s[each] for each in range(count) if not resting[each]), default=tempo.wall_s
        )
        rest_s = min(_after(others_s), tempo.most_s)
        return tuple(
            Pause(self.draws("wait", start).randrange(min(waits, MOST_WAITS)), rest_s)
            if rests and waits
            else None
            for start, (rests, waits) in enumerate(zip(resting, tempo.waits, strict=True))
        )

    def expected_s(self, tempo: Tempo) -> float:
        """Return the seconds that a run under this schedule should take."""
        paused_s = max((each.seconds for each in self.pauses(tempo) if each is not None), default=0.0)
        delays_s = self.delays_s(tempo)
        delayed_s = sum(max(delays_s[each] for each in batch) for batch in tempo.batches)
        return tempo.wall_s + delayed_s + paused_s + self.rest_s(tempo)

    def draws(self, *key: object) -> random.Random:
        """Return the random numbers for one purpose; they depend on nothing that happens meanwhile."""
        return random.Random(f"{self.number}:{key}")  # noqa: S311 - delays, not secrets


def _some(count: int, draw: random.Random) -> list[bool]:
    """Choose each with an even chance, but not all and not none."""
    chosen = [draw.random() < EVEN for _ in range(count)]
    if len(set(chosen)) == 1:
        chosen[draw.randrange(count)] ^= True
    return chosen


def _after(seconds: float) -> float:
    return MARGIN * seconds + MARGIN_S


AS_IT_COMES = Schedule(number=0, form="as it comes")

SCHEDULES = (
    Schedule(number=1, form="swapped"),
    Schedule(number=2, form="resting"),
    Schedule(number=3, form="crossing", part=0.5),
    Schedule(number=4, form="late"),
    Schedule(number=5, form="resting"),
    Schedule(number=6, form="crossing", part=0.75),
    Schedule(number=7, form="following", part=0.5, restless=True),
    Schedule(number=8, form="nudged", restless=True),
    Schedule(number=9, form="shuffled", restless=True),
    Schedule(number=10, form="resting", restless=True),
    Schedule(number=11, form="late"),
    Schedule(number=12, form="crossing", part=0.25, restless=True),
)
"""The schedules that are tried, those that expose most first."""

"""Schedules: how long waits take, and in which order what is ready begins. Nothing else may differ between two runs."""

import random
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["as written", "random", "falling", "rising", "equal", "mixed"]
PERTURBED: tuple[Kind, ...] = ("random", "falling", "rising", "equal", "mixed", "random")
"""The kinds of the six perturbed schedules."""

SHORT_S, LONG_S = 0.001, 1.0


@dataclass
class Schedule:
    """One schedule; it draws from its own stream, so one seed always gives one schedule."""

    kind: Kind
    seed: int
    _stream: random.Random = field(init=False)
    _waits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._stream = random.Random(f"{self.kind} {self.seed}")

    def duration_s(self, written_s: float) -> float:
        """Return how long a wait takes; no wait at all stays none."""
        if self.kind == "as written" or written_s <= 0:
            return max(written_s, 0.0)
        self._waits += 1
        match self.kind:
            case "random":
                return self._stream.uniform(SHORT_S, LONG_S)
            case "falling":
                return LONG_S / self._waits
            case "rising":
                return SHORT_S * self._waits
            case "equal":
                return SHORT_S
            case _:
                return self._stream.choice((SHORT_S, LONG_S, SHORT_S + LONG_S))

    def delays_start(self) -> int:
        """Return how many turns of the loop the first step of a new task is held back."""
        return 0 if self.kind == "as written" else self._stream.choice((0, 0, 1, 2, 5))

    def rank(self) -> float:
        """Return a key that orders what becomes ready at the same moment."""
        return 0.0 if self.kind == "as written" else self._stream.random()


def perturbed(seed: int) -> tuple[Schedule, ...]:
    """Return six fresh schedules, different for each seed."""
    return tuple(Schedule(kind, seed * len(PERTURBED) + index) for index, kind in enumerate(PERTURBED))

"""A run under a schedule: what the changed cell itself starts is delayed, and everything that starts is noted.

Only starts on given lines of the given program are touched. What libraries, functions of earlier cells and the unchanged
lines start among themselves overlaps in the cell as written too, so a difference there would accuse the wrong code.
"""

import sys
import threading
import time
import types
from collections.abc import Iterator
from dataclasses import dataclass, field

from perfmagic.runners.clock import Clock
from perfmagic.runners.program import Program
from perfmagic.runners.schedules import Schedule, Tempo

MACHINERY = frozenset({"asyncio", "concurrent"})
"""Packages whose frames stand between a line and the task or the call that it starts."""


@dataclass(slots=True, kw_only=True)
class Start:
    """One task, or one call in a thread, that the changed cell started.

    Attributes
    ----------
    number
        Its place among all starts of the run, from 0: the order of the changed cell's text.
    label
        The function's name.
    line
        Line of the changed cell that started it, from 1.
    body
        First line of what runs, if that is written in the changed cell itself.
    delay_s
        Seconds it had to wait, ``None`` until that is decided.
    began_s, ended_s
        Readings of the clock.
    """

    number: int
    label: str
    line: int
    body: int | None = None
    delay_s: float | None = None
    began_s: float | None = None
    ended_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Imposition:
    """One run under a schedule, while it runs and afterwards.

    Attributes
    ----------
    program
        What runs.
    lines
        The lines whose starts are delayed.
    starts
        What was started, in order.
    """

    schedule: Schedule
    tempo: Tempo | None
    program: Program
    lines: frozenset[int]
    clock: Clock
    starts: list[Start] = field(default_factory=list[Start])
    _newest_s: float = field(default=0.0, init=False)
    _codes: frozenset[int] = field(default=frozenset(), init=False)
    _waited_s: float = field(default=0.0, init=False)
    _rested: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Find the code of the program."""
        self._codes = frozenset(id(code) for code in _all_codes(self.program.codes))

    def note(self, label: str, line: int, code: types.CodeType | None) -> Start:
        """Note a start; the delay of its batch is decided when the first of them is about to begin."""
        with self._lock:
            own = code is not None and id(code) in self._codes
            body = code.co_firstlineno if code is not None and own else None
            start = Start(number=len(self.starts), label=label, line=line, body=body)
            self.starts.append(start)
            self._newest_s = time.perf_counter()
            return start

    def quiet_s(self) -> float:
        """Return the seconds since something was started."""
        return time.perf_counter() - self._newest_s

    def delay_s(self, start: Start) -> float:
        """Return the seconds that a start waits; all that were noted since the last batch are decided together."""
        with self._lock:
            if start.delay_s is None:
                self._decide()
            return start.delay_s or 0.0

    def _decide(self) -> None:
        batch = [each for each in self.starts if each.delay_s is None]
        delays = [0.0 for _ in batch]
        if self.tempo is not None:
            left = Tempo(
                durations_s=self.tempo.durations_s,
                wall_s=self.tempo.wall_s,
                most_s=max(0.0, self.tempo.most_s - self._waited_s),
            )
            delays = list(self.schedule.delays_s([each.number for each in batch], left))
        for each, delay_s in zip(batch, delays, strict=True):
            each.delay_s = delay_s
        self._waited_s += max(delays)

    def rest_s(self) -> float:
        """Return the seconds that the cell's own code rests now: once in a run."""
        with self._lock:
            if self._rested or self.tempo is None or not self.starts:
                return 0.0
            self._rested = True
            return self.schedule.rest_s(self.tempo)

    def line_of_start(self) -> int | None:
        """Return the line of the changed cell that is about to start something, ``None`` if other code is."""
        frame: types.FrameType | None = sys._getframe(2)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in MACHINERY:
            if frame.f_code.co_name == "wait_for":  # its time limit runs already (Python 3.11)
                return None
            frame = frame.f_back
        if frame is None or id(frame.f_code) not in self._codes or frame.f_lineno not in self.lines:
            return None
        return frame.f_lineno

    def durations_s(self) -> tuple[float, ...]:
        """Return what each start took, in order; one that never began or never ended took nothing."""
        return tuple(
            each.ended_s - each.began_s if each.began_s is not None and each.ended_s is not None else 0.0
            for each in self.starts
        )


def _all_codes(codes: tuple[types.CodeType, ...]) -> Iterator[types.CodeType]:
    for code in codes:
        yield code
        yield from _all_codes(tuple(each for each in code.co_consts if isinstance(each, types.CodeType)))

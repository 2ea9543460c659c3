"""A run under a schedule: what the changed cell itself starts is delayed, and everything that starts is noted.

Only starts on given lines of the given program are touched. What libraries, functions of earlier cells and the unchanged
lines start among themselves overlaps in the cell as written too, so a difference there would accuse the wrong code.
"""

import asyncio
import math
import sys
import threading
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from perfmagic.runners.clock import Clock
from perfmagic.runners.program import Program
from perfmagic.runners.schedules import Pause, Schedule, Tempo

TOGETHER_S, TOGETHER = 0.002, 0.2
"""Starts so many seconds apart, or such a share of the longest, may still have been made together."""

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
        Seconds it had to wait before it began.
    noted_s, began_s, ended_s
        Readings of the clock: when it was made, when its own code began and ended.
    waits
        How often it was resumed after it had waited.
    paused_s
        Seconds that it rested, once, where it waited.
    """

    number: int
    label: str
    line: int
    body: int | None = None
    delay_s: float = 0.0
    noted_s: float = 0.0
    began_s: float | None = None
    ended_s: float | None = None
    waits: int = 0
    paused_s: float = 0.0


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
    longest_s
        Seconds of the longest start when nothing delays it.
    cancelled
        Whether something was cancelled before anything failed: a time limit ran out, perhaps because of the delays.
    """

    schedule: Schedule
    tempo: Tempo | None
    program: Program
    lines: frozenset[int]
    clock: Clock
    starts: list[Start] = field(default_factory=list[Start])
    cancelled: bool = False
    _failed: bool = field(default=False, init=False)
    _codes: frozenset[int] = field(default=frozenset(), init=False)
    longest_s: float = field(default=0.0, init=False)
    _delays_s: tuple[float, ...] = field(default=(), init=False)
    _pauses: tuple[Pause | None, ...] = field(default=(), init=False)
    _rested: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Find the code of the program, and decide on the delays."""
        self._codes = frozenset(id(code) for code in _all_codes(self.program.codes))
        if self.tempo is not None:
            self.longest_s = self.tempo.longest_s
            self._delays_s = self.schedule.delays_s(self.tempo)
            self._pauses = self.schedule.pauses(self.tempo)

    def note(self, label: str, line: int, code: types.CodeType | None) -> Start:
        """Note a start."""
        own = code is not None and id(code) in self._codes
        with self._lock:
            number = len(self.starts)
            start = Start(
                number=number,
                label=label,
                line=line,
                body=code.co_firstlineno if code is not None and own else None,
                delay_s=self._delays_s[number] if number < len(self._delays_s) else 0.0,
                noted_s=self.clock.wall_s(),
            )
            self.starts.append(start)
            return start

    def pause(self, start: Start) -> Pause | None:
        """Return where a start rests, if it does."""
        return self._pauses[start.number] if start.number < len(self._pauses) else None

    def rest_s(self) -> float:
        """Return the seconds that the cell's own code rests now: once in a run."""
        with self._lock:
            if self._rested or self.tempo is None or not self.starts:
                return 0.0
            self._rested = True
            return self.schedule.rest_s(self.tempo)

    def note_thrown(self, raised: BaseException) -> None:
        """Note what was thrown into code of the cell where it waited."""
        if isinstance(raised, asyncio.CancelledError):
            self.cancelled |= not self._failed
        else:
            self._failed = True

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

    def tempo_of(self, *, wall_s: float, most_s: float) -> Tempo:
        """Return what the starts took; one that never began or never ended took nothing."""
        durations_s = tuple(
            each.ended_s - each.began_s if each.began_s is not None and each.ended_s is not None else 0.0
            for each in self.starts
        )
        return Tempo(
            durations_s=durations_s,
            batches=batches(self.starts, max(durations_s, default=0.0)),
            waits=tuple(each.waits for each in self.starts),
            wall_s=wall_s,
            most_s=most_s,
            cancels=self.cancelled,
        )


def batches(starts: Sequence[Start], longest_s: float) -> tuple[tuple[int, ...], ...]:
    """Return which starts were made together: a new batch begins some time after the last start, when an earlier one has ended.

    Starts that are taken together although they were not only lose some of their delays.
    """
    found: list[list[Start]] = []
    first_end_s = math.inf
    for start in starts:
        apart = bool(found) and start.noted_s - found[-1][-1].noted_s > max(TOGETHER_S, TOGETHER * longest_s)
        if not found or (apart and first_end_s <= start.noted_s):
            found.append([])
            first_end_s = math.inf
        found[-1].append(start)
        first_end_s = min(first_end_s, math.inf if start.ended_s is None else start.ended_s)
    return tuple(tuple(each.number for each in batch) for batch in found)


def _all_codes(codes: tuple[types.CodeType, ...]) -> Iterator[types.CodeType]:
    for code in codes:
        yield code
        yield from _all_codes(tuple(each for each in code.co_consts if isinstance(each, types.CodeType)))

"""How often a further thread has to wait for the interpreter lock, and how much of the CPU time was spent side by side.

A thread of our own sleeps for short, random times and then needs the lock to go on: the delay with which it goes on is what
any other thread would have met at that moment. Time that the thread spent in the queue of the scheduler is taken off where
the system tells it (Linux), so that busy cores are not mistaken for a busy lock.

The probe belongs into a run of its own: it takes the lock away from the code that it watches, some hundred times a second.
"""

import itertools
import os
import random
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from perfmagic.runners.clock import Clock

LATE_S = 0.0005
"""A delay beyond this is a wait for the lock; timers and wake-ups take a tenth of it. A busy thread lets go after 5 ms."""

WINDOW_S = 0.025
"""CPU clocks of other threads advance in steps of some milliseconds: they are compared with the wall clock over such windows."""

LEAST_OVERLAP = 0.1
"""A smaller share is what those steps make of code that never overlaps."""

FEWEST_ASKS, LEAST_WAITED = 10, 0.5
"""What has to be seen: so many moments, or delays that fill so much of the time (a delay is measured, a pause is guessed)."""

ASKS_A_RUN, SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 200, 0.0005, 0.005

PATIENCE_S = 1.0
"""An interrupt may end the thread of the probe: nobody waits for it longer than this."""

_QUEUE = "/proc/thread-self/schedstat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One moment at which the probe asked for the lock.

    Attributes
    ----------
    asked_s, got_s
        Readings of the wall clock: when it wanted to go on, and when it did.
    queued_s
        How long it was ready to run but had no core meanwhile, 0 where the system does not tell.
    cpu_s
        CPU seconds of the process so far, without those of the probe.
    """

    asked_s: float
    got_s: float
    queued_s: float
    cpu_s: float

    @property
    def held(self) -> bool:
        """Whether somebody else had the lock."""
        return self.got_s - self.asked_s - self.queued_s > LATE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What the probe saw of a run, as shares of its time, and from how many moments.

    Attributes
    ----------
    held
        Time in which somebody had the lock.
    overlapped
        CPU time beyond that of one core at a time: what CPU time and idle time together exceed the wall time by.
    """

    held: float
    overlapped: float
    asks: int


@dataclass(slots=True, kw_only=True)
class LockProbe:
    """A context manager that asks for the lock, again and again, while its block runs."""

    clock: Clock
    pause_s: float = 0.001
    asks: list[Ask] = field(default_factory=list[Ask], init=False)
    _stop: threading.Event = field(default_factory=threading.Event, init=False)
    _ready: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Start asking."""
        self._thread = threading.Thread(target=self._ask, name="perfmagic-lock-probe", daemon=True)
        self._thread.start()
        self._ready.wait(PATIENCE_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop asking; the asks that were made can be read from now on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def _ask(self) -> None:
        with _opened(_QUEUE) as queue:
            self._ask_again(queue)

    def _ask_again(self, queue: int | None) -> None:
        now, cpu, own = self.clock.wall_s, self.clock.cpu_s, time.thread_time
        spread = random.Random(0)  # noqa: S311 - spread, not a secret
        queued_s = _queued_s(queue)
        self._ready.set()
        while not self._stop.is_set():
            pause_s = self.pause_s * (0.5 + spread.random())
            asked_s = now() + pause_s
            time.sleep(pause_s)
            # Reading a file lets go of the lock and asks for it once more: that belongs to the same delay.
            before_s, queued_s = queued_s, _queued_s(queue)
            got_s, cpu_s = now(), cpu() - own()
            self.asks.append(Ask(asked_s=asked_s, got_s=got_s, queued_s=queued_s - before_s, cpu_s=cpu_s))


def pause_for(wall_s: float) -> float:
    """Return the pause between two asks for a run that should take so long: about 200 asks, none too close together."""
    return min(max(wall_s / ASKS_A_RUN, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)


def shares(runs: Iterable[tuple[Sequence[Ask], float, float]]) -> Shares | None:
    """Return the shares over one run or several, each with the asks and its first and last moment; ``None`` if they are too few.

    A delay counts as held from its beginning to its end, a pause by halves if only one of the asks around it was late:
    moments are rarer where the lock is held, so counting asks alone would make its share too small.
    """
    held_s, overlapped_s, seen_s, late_s, asks = 0.0, 0.0, 0.0, 0.0, 0
    for made, first_s, last_s in runs:
        inside = [_clipped(each, first_s, last_s) for each in made if _within(each, first_s, last_s)]
        if not inside:
            continue
        asks += len(inside)
        seen_s += inside[-1].got_s - first_s
        held_s += _held_s(inside, first_s)
        overlapped_s += _overlapped_s(inside)
        late_s += sum(each.got_s - each.asked_s for each in inside if each.held)
    if seen_s <= 0 or (asks < FEWEST_ASKS and late_s < LEAST_WAITED * seen_s):
        return None
    overlapped = overlapped_s / seen_s
    return Shares(
        held=min(1.0, held_s / seen_s),
        overlapped=overlapped if overlapped > LEAST_OVERLAP else 0.0,
        asks=asks,
    )


def _within(ask: Ask, first_s: float, last_s: float) -> bool:
    return ask.asked_s < last_s and first_s < ask.got_s


def _clipped(ask: Ask, first_s: float, last_s: float) -> Ask:
    """Return the part of a delay that falls into the run."""
    return replace(ask, asked_s=max(ask.asked_s, first_s), got_s=min(ask.got_s, last_s))


def _held_s(inside: Sequence[Ask], first_s: float) -> float:
    held_s, since_s, before = 0.0, first_s, inside[0].held
    for each in inside:
        held_s += (each.asked_s - since_s) * (before + each.held) / 2
        if each.held:
            held_s += each.got_s - each.asked_s
        since_s, before = each.got_s, each.held
    return held_s


def _overlapped_s(inside: Sequence[Ask]) -> float:
    """Return the CPU seconds beyond the wall time, window by window: there several threads used cores at once."""
    overlapped_s, begin = 0.0, inside[0]
    for each, following in itertools.pairwise((*inside, inside[-1])):
        if each.got_s - begin.got_s >= WINDOW_S or following is each:
            overlapped_s += max(0.0, (each.cpu_s - begin.cpu_s) - (each.got_s - begin.got_s))
            begin = each
    return overlapped_s


@contextmanager
def _opened(path: str) -> Generator[int | None]:
    """Give the descriptor of a file, ``None`` where there is none; an interrupt may end the thread that reads it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _queued_s(queue: int | None) -> float:
    """Return the seconds that the calling thread was ready to run without a core, 0 where that is not told."""
    if queue is None:
        return 0.0
    try:
        return int(os.pread(queue, 64, 0).split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return 0.0

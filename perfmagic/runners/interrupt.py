"""Ctrl-C and the stop button, also while a cell awaits.

The kernel's own handler does not wake the event loop: an interrupted ``await sleep(8)`` ended after 8 s. Ours cancels
the cell's task through `loop.call_soon_threadsafe`, which does. KeyboardInterrupt is never raised inside a child
task: it would escape into the loop and end the kernel; a child is cancelled instead, and the cell's own task turns
that into the KeyboardInterrupt that the user expects.
"""

import asyncio
import contextvars
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from perfmagic.runners.worker_threads import release_workers, workers_alive

_MINE: "contextvars.ContextVar[object]" = contextvars.ContextVar("perfmagic_interrupt", default=None)
"""Tells, inside the signal handler, whether the interrupted task was started by the cell: tasks inherit it."""


@dataclass(slots=True)
class Interrupt:
    """Whether the user asked to stop while the scope was open.

    Attributes
    ----------
    hit
        Set by the signal handler; what runs the cell looks at it after every run.
    """

    task: "asyncio.Task[object] | None"
    threads_before: frozenset[int]
    hit: bool = False
    _shields: int = field(default=0, init=False)

    def check(self) -> None:
        """Raise KeyboardInterrupt if the user asked to stop."""
        if self.hit:
            raise self.stopped()

    def stopped(self, raised: BaseException | None = None) -> KeyboardInterrupt:
        """Return what the user expects after a stop; the cancellation that served for it is taken back."""
        self._forget_cancellation()
        return raised if isinstance(raised, KeyboardInterrupt) else KeyboardInterrupt()

    @contextmanager
    def shielded(self) -> Generator[None]:
        """Let the code under it finish: an interrupt is only noted, for the next `check`."""
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1

    def _forget_cancellation(self) -> None:
        while self.task is not None and self.task.cancelling():
            self.task.uncancel()

    def on_signal(self, _signum: int, _frame: FrameType | None) -> None:
        """Handle SIGINT in the main thread, between two bytecodes of whatever runs there."""
        self.hit = True
        if self._shields:
            return
        release_workers(self.threads_before)
        running = _current_task(self.task)
        if self.task is None or running is self.task:
            raise KeyboardInterrupt
        self.task.get_loop().call_soon_threadsafe(self.task.cancel)
        if running is not None and _MINE.get() is self:
            raise asyncio.CancelledError


def _current_task(task: "asyncio.Task[object] | None") -> "asyncio.Task[object] | None":
    return None if task is None else asyncio.current_task(task.get_loop())


@contextmanager
def interruptible(task: "asyncio.Task[object] | None") -> Generator[Interrupt]:
    """Handle SIGINT while the block runs; outside the main thread, where there are no signals, do nothing.

    Parameters
    ----------
    task
        The task that runs the cell, ``None`` if the cell does not await.
    """
    interrupt = Interrupt(task=task, threads_before=workers_alive())
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    token = _MINE.set(interrupt)
    previous = signal.signal(signal.SIGINT, interrupt.on_signal)
    try:
        yield interrupt
    finally:
        _MINE.reset(token)
        signal.signal(signal.SIGINT, previous if previous is not None else signal.default_int_handler)

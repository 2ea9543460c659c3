"""An asyncio event loop under a virtual clock."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import Any

import greenlet

from tests.property.virtual_time import Clock, Stuck

MOST_TURNS = 20_000


class VirtualLoop(asyncio.BaseEventLoop):
    """Timers fire in virtual time; a new task may begin later than it was made, as the schedule says.

    Deadlines (`asyncio.timeout`) are not touched: they belong to the program.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._selector = self  # BaseEventLoop asks its selector how long it may sleep.
        self._woken = False
        self._starting = False
        self._held: list[tuple[int, asyncio.Handle]] = []
        self._turns = 0
        self._pool = concurrent.futures.ThreadPoolExecutor()
        self.complaints: list[str] = []
        self.set_exception_handler(lambda _, context: self.complaints.append(context["message"]))

    def time(self) -> float:
        """Return the virtual time."""
        return self._clock.now_s

    def call_later(self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        """Call after a pause that is as long as the schedule makes it."""
        return super().call_later(self._clock.schedule.duration_s(delay), callback, *args, context=context)

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Make a task, whose first step may be held back."""
        self._starting = True
        try:
            return super().create_task(coro, **kwargs)
        finally:
            self._starting = False

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> asyncio.Handle:
        """Call in the next turn, or in a later one if it is the first step of a task."""
        held = self._clock.schedule.delays_start() if self._starting else 0
        if not held:
            return super().call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        self._held.append((self._turns + held, handle))
        return handle

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":
        """Run a function in a virtual thread."""
        return asyncio.wrap_future((executor or self._pool).submit(func, *args), loop=self)

    def select(self, timeout: float | None) -> list[object]:
        """Sleep until something is due; other threads run meanwhile."""
        if self._woken or timeout == 0:
            self._woken = False
            return []
        if self._held and timeout is None:
            return []
        if timeout is not None:
            self._clock.wake(greenlet.getcurrent(), timeout)
            until_s = self._clock.now_s + timeout
            self._clock.wait_until(lambda: self._woken or self._clock.now_s >= until_s)
        else:
            self._clock.wait_until(lambda: self._woken)
        self._woken = False
        return []

    def _run_once(self) -> None:
        self._turns += 1
        if self._turns > MOST_TURNS:
            raise Stuck
        due = [handle for turn, handle in self._held if turn <= self._turns]
        if not due and self._held and not self._ready:
            due = [self._held[0][1]]
        self._held = [each for each in self._held if each[1] not in due]
        self._ready.extend(due)
        super()._run_once()

    def _process_events(self, event_list: list[object]) -> None:
        """Nothing comes from outside."""

    def _write_to_self(self) -> None:
        if not self._woken:
            self._woken = True
            self._clock.wake(self._main)

    def run(self, body: Any) -> None:
        """Run a coroutine to its end."""
        self._main = greenlet.getcurrent()
        self.run_until_complete(body)

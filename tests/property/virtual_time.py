"""A clock that jumps to the next moment at which anything happens, and threads that it alone switches.

Threads are greenlets: one runs until it waits, then the one that is due next goes on. So a program with waits of hours in
many threads runs in microseconds, and the same schedule always gives the same run.
"""

import concurrent.futures
import contextlib
import heapq
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import greenlet

from tests.property.schedules import Schedule


class Stuck(Exception):  # noqa: N818 - it is an answer of a run like any other
    """Everything waits for something that never comes, or nothing ever ends."""


class Clock:
    """Virtual seconds, and what is to happen when."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.now_s = 0.0
        self._due: list[tuple[float, float, int, greenlet.greenlet]] = []
        self._count = 0

    def wall_s(self) -> float:
        """Return the virtual time, as `perfmagic.runners.clock.Clock` does."""
        return self.now_s

    def wake(self, thread: greenlet.greenlet, after_s: float = 0.0) -> None:
        """Let a thread go on after some time."""
        self._count += 1
        heapq.heappush(self._due, (self.now_s + after_s, self.schedule.rank(), self._count, thread))

    def pass_on(self) -> None:
        """Switch to what is due next, which may be the thread itself."""
        if not self._due:
            raise Stuck
        moment, _, _, thread = heapq.heappop(self._due)
        self.now_s = max(self.now_s, moment)
        if thread is not greenlet.getcurrent() and not thread.dead:
            thread.switch()

    def sleep(self, seconds: float) -> None:
        """Wait; takes the place of `time.sleep`."""
        self.wait(self.schedule.duration_s(seconds))

    def wait(self, seconds: float) -> None:
        """Wait exactly that long."""
        until_s = self.now_s + seconds
        self.wake(greenlet.getcurrent(), seconds)
        self.pass_on()
        self.wait_until(lambda: self.now_s >= until_s)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Let others run until something is so."""
        while not ready():
            self.pass_on()


class Future(concurrent.futures.Future[Any]):
    """A future whose reader lets others run."""

    clock: Clock

    def result(self, timeout: float | None = None) -> Any:
        """Return the result, as soon as it is there."""
        self._wait()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return the exception, as soon as it is known."""
        self._wait()
        return super().exception(timeout)

    def _wait(self) -> None:
        thread = greenlet.getcurrent()
        if not self.done():
            self.add_done_callback(lambda _: self.clock.wake(thread))
        self.clock.wait_until(self.done)


def executor_of(clock: Clock) -> type[concurrent.futures.Executor]:
    """Return what takes the place of `ThreadPoolExecutor` under a clock."""

    class ThreadPool(concurrent.futures.Executor):
        def __init__(self, max_workers: int | None = None, *_: object, **__: object) -> None:
            self._slots = max_workers or 32
            self._running = 0
            self._waiting: list[tuple[Future, Callable[[], Any]]] = []

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
            future = Future()
            future.clock = clock
            self._waiting.append((future, lambda: fn(*args, **kwargs)))
            self._start()
            if clock.schedule.delays_start():
                clock.wait(0.0)
            return future

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            if cancel_futures:
                for future, _ in self._waiting:
                    future.cancel()
                self._waiting.clear()
            thread = greenlet.getcurrent()
            while wait and (self._running or self._waiting):
                self._closing = thread
                clock.pass_on()

        def _start(self) -> None:
            while self._waiting and self._running < self._slots:
                future, call = self._waiting.pop(0)
                self._running += 1
                worker = greenlet.greenlet(lambda future=future, call=call: self._work(future, call))
                clock.wake(worker)

        def _work(self, future: Future, call: Callable[[], Any]) -> None:
            if future.set_running_or_notify_cancel():
                try:
                    result = call()
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)
            self._running -= 1
            self._start()
            closing = getattr(self, "_closing", None)
            if closing is not None:
                clock.wake(closing)

    return ThreadPool


class Lock:
    """A lock whose waiters let others run."""

    clock: "Clock | None" = None

    def __init__(self) -> None:
        self._held = False

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, after all that wait for it."""
        while self._held:
            if not blocking:
                return False
            assert self.clock is not None
            self.clock.wait(0.0001)
        self._held = True
        return True

    def release(self) -> None:
        """Give the lock back."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._held = False

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return self._held

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


@contextlib.contextmanager
def ruling(clock: Clock) -> Iterator[None]:
    """Put the clock in the place of the real one."""
    kept = time.sleep, concurrent.futures.ThreadPoolExecutor, threading.Lock
    pool = executor_of(clock)
    lock = type("lock", (Lock,), {"clock": clock})
    time.sleep, concurrent.futures.ThreadPoolExecutor, threading.Lock = clock.sleep, pool, lock
    try:
        yield
    finally:
        time.sleep, concurrent.futures.ThreadPoolExecutor, threading.Lock = kept

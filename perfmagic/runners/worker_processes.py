"""The worker processes of one comparison: started once, ready before each run that uses them, gone at the end.

Changed code asks loky for its reusable pool, of which there is one in each thread. While such a run goes on, ours takes that
place, so that the pool of the user's own cells keeps its workers, and what is measured does not depend on them.
"""

import contextlib
import importlib
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from perfmagic.errors import RunError
from perfmagic.runners.reusable_pool import Place, Pool
from perfmagic.runners.transfer import TransferMeter

READY_S = 0.01
"""Each worker is kept busy for so long when it reports, so that all of them report."""

PATIENCE_S, BUSY_S = 20.0, 1.0
"""Workers that have not started after so many seconds will not; those that are there may still be at work of an earlier run."""

LINGER_S = 3600.0
"""Seconds that idle workers stay, in place of the 10 of loky: rounds of slow cells must not wait for new ones."""

END_S = 0.2


class NotStarted(RunError):  # noqa: N818 - named for what happened
    """The worker processes that a run needs did not come up."""


@dataclass(slots=True)
class WorkerProcesses:
    """The pool of one comparison; nothing is imported or started before it is needed.

    Attributes
    ----------
    start_s
        Seconds that it took to start the workers, ``None`` as long as there are none.
    """

    start_s: float | None = None
    _pool: Pool | None = field(default=None, init=False)
    _kwargs: object = field(default=None, init=False)
    _meter: TransferMeter | None = field(default=None, init=False)

    @contextmanager
    def metered(self, meter: TransferMeter) -> Generator[None]:
        """Let the meter look at what the runs under it send and receive."""
        self._meter = meter
        try:
            yield
        finally:
            self._meter = None

    @contextmanager
    def lent(self, workers: int) -> Generator[Pool | None]:
        """Let the code under it find a pool with so many workers that are ready; do nothing if it needs none.

        Raises
        ------
        NotStarted
            If they do not report in time.
        """
        if workers < 1:
            yield None
            return
        place = Place()
        users = place.get()
        place.put(self._pool, self._kwargs)
        try:
            pool = self._ready(workers)
            with self._meter.watching(pool) if self._meter is not None else contextlib.nullcontext():
                yield pool
        finally:
            # The cell may have asked for a pool of another kind: ours is then the new one, and the old one is gone.
            found, self._kwargs = place.get()
            self._pool = found or self._pool
            place.put(*users)

    def _ready(self, workers: int) -> Pool:
        """Return the pool when its workers have reported; it is known before that, so that `close` ends them."""
        began_s = time.perf_counter()
        known, self._pool = self._pool, _reusable(workers)
        if self._pool is known:
            if _all_report(self._pool, workers, BUSY_S):
                return self._pool
            _end(self._pool)
            self._pool = _reusable(workers)
        if not _all_report(self._pool, workers, PATIENCE_S):
            message = f"{workers} worker processes did not start within {PATIENCE_S:.0f} s"
            raise NotStarted(message)
        self.start_s = time.perf_counter() - began_s
        return self._pool

    def close(self) -> None:
        """End the workers, whatever they do."""
        pool, self._pool, self._kwargs = self._pool, None, None
        if pool is not None:
            _end(pool)


def _reusable(workers: int) -> Pool:
    """Return loky's pool of that size; its workers, once started, stay."""
    loky = importlib.import_module("loky")
    pool = cast("Pool", loky.get_reusable_executor(max_workers=workers))
    if hasattr(pool, "_timeout"):
        setattr(pool, "_timeout", LINGER_S)  # noqa: B010 - it has no public name
    return pool


def _all_report(pool: Pool, workers: int, patience_s: float) -> bool:
    """Whether so many different workers answer in time."""
    until_s = time.monotonic() + patience_s
    seen: set[int] = set()
    while len(seen) < workers and time.monotonic() < until_s:
        try:
            reports = [pool.submit(_report, READY_S) for _ in range(workers)]
            seen.update(each.result(timeout=max(until_s - time.monotonic(), 0.0)) for each in reports)
        except (TimeoutError, RuntimeError):  # late, or the pool is broken
            return False
    return len(seen) >= workers


def _report(seconds: float) -> int:
    """Tell which worker this is, after a moment in which the others have to take the other reports."""
    time.sleep(seconds)
    return os.getpid()


def _end(pool: Pool) -> None:
    """Kill the workers, also where the thread that manages them is gone."""
    processes = list(cast("dict[int, Any]", getattr(pool, "_processes", None) or {}).values())
    with contextlib.suppress(OSError, RuntimeError):
        pool.shutdown(wait=False, kill_workers=True)
    for each in processes:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            each.kill()
    for each in processes:
        with contextlib.suppress(OSError, ValueError, AssertionError):
            each.join(END_S)

"""How calls in thread pools are delayed: inside the worker, before the function begins.

Where a schedule has pauses, threads are also switched far more often than usual.
"""

import functools
import sys
import time
import types
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import cast

from perfmagic.runners.schedules_imposed import Imposition, Start
from perfmagic.runners.spans import named

SLICE_S = 0.02
"""An interrupt ends a worker between two slices of its delay."""

RESTLESS_S = 1e-5
"""Seconds after which another thread gets its turn; the interpreter's own value is 500 times as long."""


@contextmanager
def delayed_calls(imposed: Imposition) -> Generator[None]:
    """Delay the calls that the changed cell submits to thread pools, while the block runs."""
    submit = ThreadPoolExecutor.submit

    def delayed_submit(
        self: ThreadPoolExecutor, fn: Callable[..., object], /, *args: object, **kwargs: object
    ) -> "Future[object]":
        line = imposed.line_of_start()
        if line is None:
            return submit(self, fn, *args, **kwargs)
        start = imposed.note(_label_of(fn, args), line, _code_of(fn))

        def delayed(*args: object, **kwargs: object) -> object:
            _wait(start.delay_s)
            start.began_s = imposed.clock.wall_s()
            try:
                return fn(*args, **kwargs)
            finally:
                start.ended_s = imposed.clock.wall_s()

        delayed.__name__, delayed.__qualname__ = (
            named(fn, "__name__", "call"),
            named(fn, "__qualname__", "call"),
        )
        future = submit(self, delayed, *args, **kwargs)
        _rest(imposed, start)
        return future

    interval_s = sys.getswitchinterval()
    try:
        # Replaced for a while: there is no hook, and executors of earlier cells must be seen as well.
        ThreadPoolExecutor.submit = delayed_submit  # type: ignore[method-assign, assignment]  # pyright: ignore[reportAttributeAccessIssue]
        if imposed.schedule.restless:
            sys.setswitchinterval(RESTLESS_S)
        yield
    finally:
        sys.setswitchinterval(interval_s)
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]


def _wait(seconds: float) -> None:
    until_s = time.perf_counter() + seconds
    while (left_s := until_s - time.perf_counter()) > 0:
        time.sleep(min(left_s, SLICE_S))


def _rest(imposed: Imposition, start: Start) -> None:
    """Let the submitting thread rest after its last call, unless the cell awaits: it must not block its event loop."""
    if imposed.tempo is None or imposed.program.awaits or start.number + 1 < len(imposed.tempo.durations_s):
        return
    _wait(imposed.rest_s())


def _label_of(function: object, args: tuple[object, ...]) -> str:
    """Return the name of what is called, for people; what goes through a context is named by what it calls there."""
    while isinstance(function, functools.partial):
        partial = cast("functools.partial[object]", function)
        function, args = partial.func, (*partial.args, *args)
    if named(function, "__name__", "") == "run" and args and callable(args[0]):
        function = args[0]
    return named(function, "__qualname__", "call").rpartition("<locals>.")[2]


def _code_of(function: object) -> types.CodeType | None:
    return function.__code__ if isinstance(function, types.FunctionType) else None

"""How tasks are delayed: a task factory that wraps the coroutine of each task in one that waits first.

The wrapper hands every value, exception and cancellation on as it is, in the same task and the same context. A factory
that was set before still makes the tasks, and is put back. A task that begins inside the call that makes it (an eager one)
begins there all the same: only where it waits can it be delayed.
"""

import asyncio
import types
from asyncio import sleep  # as it is now: a cell may put something else in its place
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

from perfmagic.runners.schedules_imposed import Imposition, Start

Body = Coroutine[Any, Any, Any] | Generator[Any, Any, Any]
"""What a task runs; an older kind of coroutine is a generator."""

Pause = Iterable[Any]
"""What a task waits for, as its loop sees it: futures, or nothing for a turn of the loop."""

PAUSE_SHARE = 0.1
"""Short pauses of one task take at most this share of the longest operation together."""

TURNS = 4
"""A pause lets the loop go round fewer times than this."""

MOST_PAUSES = 50
"""Pauses of one task in one run."""


@contextmanager
def delayed_tasks(imposed: Imposition) -> Generator[None]:
    """Delay the tasks that the changed cell starts on the running loop, while the block runs."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        yield
        return
    previous = loop.get_task_factory()
    owner = asyncio.current_task() if imposed.program.awaits else None
    factory = _Factory(imposed, previous or _stock_task, owner)
    try:
        loop.set_task_factory(factory)
        yield
    finally:
        if loop.get_task_factory() is factory:  # otherwise the cell has set one of its own
            loop.set_task_factory(previous)


def _is_body(coro: object) -> TypeGuard[Body]:
    return isinstance(coro, Coroutine | Generator)


def _stock_task(loop: asyncio.AbstractEventLoop, coro: Body, **kwargs: Any) -> "asyncio.Task[Any]":
    return asyncio.Task(coro, loop=loop, **kwargs)


class _Factory:
    """Makes tasks as before, those of the changed cell with a delay."""

    def __init__(
        self,
        imposed: Imposition,
        make: Callable[..., "asyncio.Future[Any]"],
        owner: "asyncio.Task[Any] | None",
    ) -> None:
        self._imposed = imposed
        self._make = make
        self._owner = owner
        self._making = False

    def __call__(self, loop: asyncio.AbstractEventLoop, coro: object, **kwargs: Any) -> "asyncio.Future[Any]":
        if not _is_body(coro):
            return self._make(loop, coro, **kwargs)
        if self._owner is not None and asyncio.current_task(loop) is self._owner:
            self._owner = None  # it starts the body of the cell, once
            return self._made(loop, coro, self._rested(coro), kwargs)
        line = self._imposed.line_of_start()
        if line is None:
            return self._make(loop, coro, **kwargs)
        start = self._imposed.note(label_of(coro), line, getattr(coro, "cr_code", None))
        return self._made(loop, coro, self._delayed(coro, start), kwargs)

    def _made(
        self,
        loop: asyncio.AbstractEventLoop,
        coro: Body,
        wrapper: Any,
        kwargs: dict[str, Any],
    ) -> "asyncio.Future[Any]":
        wrapper.__name__ = getattr(coro, "__name__", wrapper.__name__)
        wrapper.__qualname__ = getattr(coro, "__qualname__", wrapper.__qualname__)
        before, self._making = self._making, True
        try:
            task = self._make(loop, wrapper, **kwargs)
        finally:
            self._making = before
        task.add_done_callback(lambda _: coro.close())  # one cancelled before it began was not forgotten
        return task

    async def _rested(self, coro: Body) -> object:
        """Run the body of the cell, with a rest where it waits for what it started."""
        return await _paced(coro, self._imposed, _rests(self._imposed))

    async def _delayed(self, coro: Body, start: Start) -> object:
        if start.delay_s > 0 and not self._making:
            await sleep(start.delay_s)
        start.began_s = self._imposed.clock.wall_s()
        try:
            return await _paced(coro, self._imposed, _pauses(self._imposed, start))
        except Exception as raised:
            self._imposed.note_thrown(raised)
            raise
        finally:
            start.ended_s = self._imposed.clock.wall_s()


def undelayed(body: object) -> object:
    """Return what a task runs, without the wrapper that delays it."""
    frame = getattr(body, "cr_frame", None)
    if frame is None or frame.f_globals.get("__name__") != __name__:
        return body
    inside: object = frame.f_locals.get("coro", body)
    return inside


@types.coroutine
def _paced(coro: Body, imposed: Imposition, pauses: Iterator[Pause]) -> Generator[Any, Any, Any]:
    """Drive a coroutine by hand, pausing before its resumptions."""
    received: object = None
    thrown: BaseException | None = None
    while True:
        try:
            yielded: object = coro.send(received) if thrown is None else coro.throw(thrown)
        except StopIteration as end:
            return end.value
        finally:
            received = thrown = None
        try:
            received = yield yielded
            yield from next(pauses)
        except GeneratorExit:
            coro.close()
            raise
        except BaseException as raised:  # noqa: BLE001 - what it means is for the user's code to decide
            imposed.note_thrown(raised)
            thrown = raised


def _rests(imposed: Imposition) -> Iterator[Pause]:
    """Yield what the cell's own code waits for before each resumption, without end."""
    restless = _restless(imposed, -1)
    while True:
        rest_s = imposed.rest_s()
        yield _slept(rest_s) if rest_s > 0 else next(restless)


def _pauses(imposed: Imposition, start: Start) -> Iterator[Pause]:
    """Yield what a start waits for before each resumption, without end."""
    pause = imposed.pause(start)
    for short in _restless(imposed, start.number):
        start.waits += 1
        if pause is not None and start.waits == pause.wait + 1:
            start.paused_s = pause.seconds
            yield _slept(pause.seconds)
        else:
            yield short


def _restless(imposed: Imposition, start: int) -> Iterator[Pause]:
    """Yield short pauses for a while, if the schedule has any, and then none."""
    if imposed.tempo is not None and imposed.schedule.restless:
        draw = imposed.schedule.draws("pauses", start)
        longest_s = imposed.longest_s * PAUSE_SHARE / MOST_PAUSES
        for _ in range(MOST_PAUSES // 2):
            yield _turns(draw.randrange(TURNS))
            yield _slept(draw.random() * longest_s)
    while True:
        yield ()


def _slept(seconds: float) -> Pause:
    yield from sleep(seconds).__await__()


def _turns(count: int) -> Pause:
    for _ in range(count):
        yield


def label_of(body: object) -> str:
    """Return the name of what runs, for people; of what goes to a thread, the function's."""
    frame = getattr(body, "cr_frame", None)
    if getattr(body, "__name__", "") == "to_thread" and frame is not None:
        body = frame.f_locals.get("func", body)
    return str(getattr(body, "__qualname__", "task")).rpartition("<locals>.")[2]

"""What rewritten code starts, observed where it starts: tasks of the running loop, calls given to pools.

Only what the observed block itself starts counts, not what runs beside it on the same loop. What an operation starts for
itself lies inside the operation: a task carries its span in its context, and whatever is started there finds it.
"""

import ast
import asyncio
import contextvars
import heapq
import importlib
import inspect
from collections.abc import Callable, Coroutine, Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from perfmagic.runners.spans import SpanRecorder, named

_PROCESS_POOLS = (("concurrent.futures", "concurrent.futures.process"), ("loky", "loky.process_executor"))
"""What code imports, and where the pool is defined whose method all others call."""

_Body = Coroutine[Any, Any, Any] | Generator[Any, None, Any]
"""What a task runs; an older kind of coroutine is a generator."""


@dataclass(frozen=True, slots=True)
class _Watch:
    """The recorder, and the mark of all code that the observed block runs or starts."""

    recorder: SpanRecorder
    ours: "contextvars.ContextVar[bool]" = field(
        default_factory=lambda: contextvars.ContextVar("perfmagic_started", default=False)
    )


@contextmanager
def observed(recorder: SpanRecorder, pools: Iterable[type[Executor]] = ()) -> Generator[None]:
    """Record the tasks that the block starts on the running loop and the calls that it gives to pools.

    Parameters
    ----------
    pools
        Kinds of pools whose workers are other processes.
    """
    watch = _Watch(recorder)
    token = watch.ours.set(True)
    try:
        with ExitStack() as stack:
            stack.enter_context(_observed_tasks(watch))
            stack.enter_context(_observed_threads(watch))
            for pool in pools:
                stack.enter_context(_observed_processes(watch, pool))
            yield
    finally:
        watch.ours.reset(token)


def process_pools(tree: ast.Module) -> tuple[type[Executor], ...]:
    """Return the kinds of pools of other processes that code imports; importing them now costs what it would cost then."""
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            (node.module or "",) if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
        )
    }
    homes = [home for root, home in _PROCESS_POOLS if any(name.startswith(root) for name in imported)]
    found: list[type[Executor]] = []
    for home in homes:
        with suppress(ImportError):  # the code itself will say so, where it imports it
            found.append(importlib.import_module(home).ProcessPoolExecutor)
    return tuple(found)


@contextmanager
def _observed_tasks(watch: _Watch) -> Generator[None]:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        yield
        return
    previous = loop.get_task_factory()
    make: Callable[..., asyncio.Future[Any]] = previous or _stock_task
    takes_context = previous is None or _takes_context(previous)

    def factory(loop: asyncio.AbstractEventLoop, coro: _Body, **kwargs: Any) -> "asyncio.Future[Any]":
        if not watch.ours.get():
            return make(loop, coro, **kwargs)
        index = watch.recorder.begin(named(coro, "__qualname__", "task"))
        if takes_context:
            context = kwargs.pop("context", None) or contextvars.copy_context()
            context.run(watch.recorder.put_inside, index)
            kwargs["context"] = context
        task = make(loop, coro, **kwargs)
        task.add_done_callback(lambda _: watch.recorder.end(index))
        return task

    try:
        loop.set_task_factory(factory)
        yield
    finally:
        if loop.get_task_factory() is factory:  # otherwise the cell has set one of its own
            loop.set_task_factory(previous)


def _stock_task(loop: asyncio.AbstractEventLoop, coro: _Body, **kwargs: Any) -> "asyncio.Task[Any]":
    return asyncio.Task(coro, loop=loop, **kwargs)


def _takes_context(factory: Callable[..., object]) -> bool:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(each.name == "context" or each.kind is each.VAR_KEYWORD for each in parameters)


@contextmanager
def _observed_threads(watch: _Watch) -> Generator[None]:
    """Record calls from the moment at which a thread takes them: before, they stand in line."""

    def note(fn: Callable[..., object]) -> Callable[..., object]:
        inside = contextvars.copy_context()

        def timed(*args: object, **kwargs: object) -> object:
            index = inside.run(watch.recorder.begin, named(fn, "__qualname__", "call"))
            try:
                return fn(*args, **kwargs)
            finally:
                watch.recorder.end(index)

        return timed

    submit = ThreadPoolExecutor.submit

    def observed_submit(
        self: ThreadPoolExecutor, fn: Callable[..., object], /, *args: object, **kwargs: object
    ) -> "Future[object]":
        return submit(self, note(fn) if watch.ours.get() else fn, *args, **kwargs)

    with _replaced(ThreadPoolExecutor, observed_submit):
        yield


@contextmanager
def _observed_processes(watch: _Watch, pool: type[Executor]) -> Generator[None]:
    """Record calls from the moment at which a worker could take them: when they were given, or another one ended."""
    given: dict[int, list[tuple[int, Future[Any]]]] = {}
    ended_s: dict[int, float] = {}
    workers: dict[int, int] = {}
    submit = pool.submit

    def observed_submit(
        self: Executor, fn: Callable[..., object], /, *args: object, **kwargs: object
    ) -> "Future[object]":
        future = submit(self, fn, *args, **kwargs)
        if watch.ours.get():
            index = watch.recorder.begin(named(fn, "__qualname__", "call"))
            given.setdefault(id(self), []).append((index, future))
            workers[id(self)] = getattr(self, "_max_workers", 1)
            future.add_done_callback(lambda _: ended_s.__setitem__(index, watch.recorder.end(index)))
        return future

    with _replaced(pool, observed_submit):
        yield
    for executor, calls in given.items():
        _stand_in_line(watch.recorder, [index for index, _ in calls], ended_s, workers[executor])


def _stand_in_line(recorder: SpanRecorder, calls: list[int], ended_s: dict[int, float], workers: int) -> None:
    """Let each call begin when one of so many workers was free, in the order in which they were given."""
    free_s: list[float] = []
    for index in calls:
        if index not in ended_s:
            continue
        if len(free_s) >= workers:
            recorder.begin_later(index, min(heapq.heappop(free_s), ended_s[index]))
        heapq.heappush(free_s, ended_s[index])


@contextmanager
def _replaced(pool: type[Executor], submit: Callable[..., object]) -> Generator[None]:
    """Replace the method for a while: there is no hook, and pools of earlier cells must be seen as well."""
    before: object = vars(pool)["submit"]
    try:
        setattr(pool, "submit", submit)  # noqa: B010 - the type of a method cannot be assigned to
        yield
    finally:
        setattr(pool, "submit", before)  # noqa: B010

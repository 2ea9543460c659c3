"""What outlives a run, and what of earlier cells is still alive: tasks, threads, child processes.

The kernel's own are left out: they are never named and never cancelled.
"""

import asyncio
import sys
import threading
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

from perfmagic.runners.origins import (
    Child,
    child_processes,
    is_kernels_task,
    is_kernels_thread,
    is_spent_worker,
    is_strangers_task,
    is_strangers_thread,
    task_name,
    tasks_of,
)

AnyTask: TypeAlias = asyncio.Task[Any]

CANCEL_ATTEMPTS = 3
CANCEL_WAIT_S = 1.0

MARK: ContextVar[object | None] = ContextVar("perfmagic_run", default=None)
"""Marks what a run starts, since tasks inherit the context of the one that starts them."""


def running_loop() -> AbstractEventLoop | None:
    """Return the loop that runs in this thread, ``None`` if none does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """What a run started and did not end."""

    tasks: tuple[AnyTask, ...] = ()
    threads: tuple[threading.Thread, ...] = ()
    processes: tuple[Child, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return a name for people for each: ``task 'poll'``, ``thread 'Thread-3'``, ``process 'Process-1'``."""
        return (
            *(f"task {task_name(task)!r}" for task in self.tasks),
            *(f"thread {thread.name!r}" for thread in self.threads),
            *(f"process {process.name!r}" for process in self.processes),
        )


@dataclass(frozen=True, slots=True)
class Population:
    """Everything that is alive at one moment, known by weak references: nothing is kept alive by it."""

    loop: AbstractEventLoop | None
    tasks: "weakref.WeakSet[AnyTask]"
    threads: "weakref.WeakSet[threading.Thread]"
    pids: frozenset[int]
    mark: object
    alone: bool

    @classmethod
    def now(cls, loop: AbstractEventLoop | None) -> "Population":
        """Return what is alive now; tasks are those of ``loop``.

        From here on, tasks that this context starts carry a mark of this population.
        """
        mark = object()
        MARK.set(mark)
        tasks, threads = tasks_of(loop), weakref.WeakSet(threading.enumerate())
        pids = frozenset(child.pid for child in child_processes())
        alone = not any(is_strangers_task(task) for task in tasks)
        return cls(loop, weakref.WeakSet(tasks), threads, pids, mark, alone)

    def newcomers(self) -> Leftovers:
        """Return what is alive now and was not then, without the kernel's own.

        A task that a task of an earlier cell started meanwhile is left out where its context tells (Python 3.12 on).
        """
        tasks = [task for task in tasks_of(self.loop) if task not in self.tasks and not is_kernels_task(task)]
        threads = [thread for thread in threading.enumerate() if thread not in self.threads]
        return Leftovers(
            tasks=tuple(task for task in tasks if self.alone or self._has_mark(task)),
            threads=tuple(
                each for each in threads if not is_kernels_thread(each) and not is_spent_worker(each)
            ),
            processes=tuple(child for child in child_processes() if child.pid not in self.pids),
        )

    def _has_mark(self, task: AnyTask) -> bool:
        if sys.version_info < (3, 12):
            return True
        return task.get_context().get(MARK) is self.mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """Tasks and threads of earlier cells that are at work, so that they may change objects during a run."""

    tasks: tuple[AnyTask, ...]
    threads: tuple[threading.Thread, ...]

    @classmethod
    def now(cls, loop: AbstractEventLoop | None) -> "Strangers":
        """Return those of earlier cells; the kernel's own, libraries' own and workers without work are left out."""
        return cls(
            tasks=tuple(task for task in tasks_of(loop) if is_strangers_task(task)),
            threads=tuple(thread for thread in threading.enumerate() if is_strangers_thread(thread)),
        )

    def names(self) -> tuple[str, ...]:
        """Return a name for people for each."""
        return Leftovers(tasks=self.tasks, threads=self.threads).names()

    def still_alive(self) -> tuple[str, ...]:
        """Return the names of those that have not ended yet."""
        tasks = tuple(task for task in self.tasks if not task.done())
        threads = tuple(thread for thread in self.threads if thread.is_alive())
        return Leftovers(tasks=tasks, threads=threads).names()


async def cancel_tasks(tasks: Iterable[AnyTask]) -> tuple[AnyTask, ...]:
    """Cancel the tasks and wait until they ended; return those that would not end.

    A task that swallows its cancellation is asked again a few times, and not waited for without end.
    """
    pending = {task for task in tasks if not task.done() and task is not asyncio.current_task()}
    for _ in range(CANCEL_ATTEMPTS):
        if not pending:
            break
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=CANCEL_WAIT_S)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, so that nobody is told that it was not
    return tuple(pending)

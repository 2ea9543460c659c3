"""Whose a task, a thread or a child process is: the kernel's own, a library's, or of the user's cells.

They are told apart by where the code comes from that they run.
"""

import asyncio
import sys
import threading
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from perfmagic.runners.reusable_pool import idle_workers, serves_pool
from perfmagic.runners.schedules_tasks import undelayed
from perfmagic.runners.state_kinds import is_installed_module

AnyTask: TypeAlias = asyncio.Task[Any]

KERNEL_MODULES = frozenset(
    {
        "IPython",
        "ipykernel",
        "tornado",
        "zmq",
        "jupyter_client",
        "traitlets",
        "nbclient",
        "prompt_toolkit",
        "comm",
    }
    | {"perfmagic", "pydevd", "_pydevd_bundle", "debugpy", "ipywidgets", "pytest_asyncio", "tqdm"}
)
"""Libraries whose tasks and threads belong to the kernel, the terminal or a debugger."""

KERNEL_THREADS = (
    "IOPub",
    "Heartbeat",
    "Control",
    "IPythonHistorySavingThread",
    "pydevd",
    "Parent",
    "Shell",
    "Subshell",
)
"""First parts of the names of the kernel's threads."""

OWN_CHILDREN = {
    "multiprocessing.resource_tracker": "_resource_tracker",
    "multiprocessing.forkserver": "_forkserver",
    "loky.backend.resource_tracker": "_resource_tracker",
}
"""Modules that keep a child of their own, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child process."""

    pid: int
    name: str


def tasks_of(loop: AbstractEventLoop | None) -> tuple[AnyTask, ...]:
    """Return the tasks of ``loop`` that have not ended."""
    return () if loop is None else tuple(asyncio.all_tasks(loop))


def task_name(task: AnyTask) -> str:
    """Return the name that the user gave to a task, else that of its coroutine."""
    name, coroutine = task.get_name(), task.get_coro()
    return getattr(coroutine, "__name__", name) if name.startswith("Task-") else name


def is_kernels_task(task: AnyTask) -> bool:
    """Return whether the task runs the kernel's own code."""
    return _task_module(task).partition(".")[0] in KERNEL_MODULES


def is_strangers_task(task: AnyTask) -> bool:
    """Return whether an earlier cell started the task: it is neither the kernel's, nor a library's, nor the current one."""
    if task is _current_task() or is_kernels_task(task):
        return False
    return not is_installed_module(_task_module(task))


def _current_task() -> AnyTask | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return None


def _task_module(task: AnyTask) -> str:
    """Return the name of the module whose coroutine the task runs, an empty text if that cannot be told."""
    frame = getattr(undelayed(task.get_coro()), "cr_frame", None)
    return "" if frame is None else str(frame.f_globals.get("__name__", ""))


def is_kernels_thread(thread: threading.Thread) -> bool:
    """Return whether the thread is the main thread or the kernel's own."""
    if thread is threading.main_thread() or thread is threading.current_thread():
        return True
    if thread.name.startswith(KERNEL_THREADS):
        return True
    return any(module.partition(".")[0] in KERNEL_MODULES for module in _thread_modules(thread))


def is_strangers_thread(thread: threading.Thread) -> bool:
    """Return whether a thread that an earlier cell started is at work."""
    if is_kernels_thread(thread) or is_idle_worker(thread):
        return False
    return not any(is_installed_module(module) for module in _thread_modules(thread))


def _thread_modules(thread: threading.Thread) -> tuple[str, ...]:
    """Return the names of the modules of the thread's class and of what it runs."""
    target = getattr(thread, "_target", None) or getattr(thread, "function", None)
    return type(thread).__module__, str(getattr(target, "__module__", ""))


def is_idle_worker(thread: threading.Thread) -> bool:
    """Return whether the thread is an executor's worker that waits for work."""
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # there is no other way
    frame = None if thread.ident is None else frames.get(thread.ident)
    return frame is not None and frame.f_globals.get("__name__") == "concurrent.futures.thread"


def is_spent_worker(thread: threading.Thread) -> bool:
    """Return whether the thread is an idle worker that nobody will give work: its executor is shut down, or the loop's."""
    if serves_pool(thread):
        return bool(idle_workers())
    if not is_idle_worker(thread):
        return False
    if thread.name.startswith("asyncio_"):  # the loop's default executor stays, for the next call
        return True
    executor = _executor_of(thread)
    return executor is None or bool(getattr(executor, "_shutdown", False))


def _executor_of(thread: threading.Thread) -> object:
    """Find a worker's executor: the worker holds a weak reference to it, directly or in its context."""
    arguments: tuple[object, ...] = getattr(thread, "_args", ())
    references: list[Any] = [each for each in arguments if isinstance(each, weakref.ref)]
    found = (reference() for reference in references)
    return next((each for each in found if isinstance(each, ThreadPoolExecutor)), None)


def child_processes() -> tuple[Child, ...]:
    """Return the child processes that have not ended; without `multiprocessing`'s own.

    Children that `subprocess` started are found where the system lists them (Linux).
    """
    found = {child.pid: child for child in (*_listed_children(), *_multiprocessing_children())}
    own = _own_pids()
    return tuple(child for pid, child in found.items() if pid not in own)


def _multiprocessing_children() -> Iterator[Child]:
    module = sys.modules.get("multiprocessing.process")
    for process in module.active_children() if module is not None else ():
        if process.pid is not None:
            yield Child(pid=process.pid, name=process.name)


def _listed_children() -> Iterator[Child]:
    for listing in Path("/proc/self/task").glob("*/children"):
        for pid in _text(listing).split():
            # "pid (name) state ...", and the name may hold blanks and brackets
            name, _, fields = _text(Path("/proc", pid, "stat")).partition("(")[2].rpartition(")")
            if fields.split()[:1] not in ([], ["Z"]):
                yield Child(pid=int(pid), name=name)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # the thread or process ended meanwhile
        return ""


def _own_pids() -> frozenset[int]:
    """Return the children that serve a library: those of `multiprocessing` and loky, and the idle workers of loky's pool."""
    modules = [(sys.modules.get(module), name) for module, name in OWN_CHILDREN.items()]
    holders = [getattr(module, name, None) for module, name in modules if module is not None]
    pids = [getattr(holder, field, None) for holder in holders for field in ("_pid", "_forkserver_pid")]
    return frozenset(pid for pid in pids if isinstance(pid, int)) | idle_workers()

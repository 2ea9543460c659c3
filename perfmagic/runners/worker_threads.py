"""Worker threads of an interrupted run, let go as far as Python can.

A thread in Python code gets a SystemExit of its own, which ends it silently. A thread inside a blocking C call cannot
be stopped: nothing waits for it, the work that was queued behind it is dropped, and it ends at its first bytecode
after the call.

The private attributes that are read here have no public names: the queue and the threads of an executor, the threads
that the interpreter joins at its end, and what another thread does at the moment.

Everything here may run inside a signal handler, so it takes no lock that the interrupted code could hold.
"""

import ctypes
import queue
import sys
import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import thread as futures_thread
from typing import cast

from perfmagic.runners.reusable_pool import serves_pool


def workers_alive() -> frozenset[int]:
    """Return the identifiers of all threads that are alive now."""
    return frozenset(thread.ident for thread in threading.enumerate() if thread.ident is not None)


def release_workers(before: frozenset[int]) -> tuple[str, ...]:
    """Stop the threads that are not in ``before`` where that is possible; return the names of all of them.

    Their executors drop what is queued and have nothing to wait for, so that leaving a ``with ThreadPoolExecutor``
    block does not hold up the interrupt.
    """
    newcomers = [
        thread
        for thread in threading.enumerate()
        if thread.ident is not None and thread.ident not in before and thread is not threading.main_thread()
        if not serves_pool(thread)  # without it, its processes would go on
    ]
    for executor in _executors_of(newcomers):
        _drop_queued(executor)
        _forget_threads(executor)
    for thread in newcomers:
        if thread.ident is not None and not _is_idle(thread.ident):
            _end(thread.ident)
    return tuple(thread.name for thread in newcomers)


def _executors_of(threads: list[threading.Thread]) -> list[ThreadPoolExecutor]:
    """Find the executors that own those threads: a worker's first argument is a weak reference to its own."""
    found: dict[int, ThreadPoolExecutor] = {}
    for thread in threads:
        arguments: tuple[object, ...] = getattr(thread, "_args", ())
        reference: object = arguments[0] if arguments else None
        if not isinstance(reference, weakref.ref):
            continue
        executor = cast("weakref.ref[object]", reference)()
        if isinstance(executor, ThreadPoolExecutor):
            found[id(executor)] = executor
    return list(found.values())


def _drop_queued(executor: ThreadPoolExecutor) -> None:
    waiting = cast("queue.SimpleQueue[object]", executor._work_queue)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    while True:
        try:
            item = waiting.get_nowait()
        except queue.Empty:
            break
        future: object = getattr(item, "future", None)
        if isinstance(future, Future):
            future.cancel()
    waiting.put(None)  # wakes an idle worker, which then sees that its executor is gone


def _forget_threads(executor: ThreadPoolExecutor) -> None:
    """Empty the set of threads that `shutdown` joins, and the registry that the interpreter joins at its end."""
    workers = cast("set[threading.Thread]", executor._threads)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    joined = cast("dict[threading.Thread, object]", futures_thread._threads_queues)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    for thread in tuple(workers):
        joined.pop(thread, None)
    workers.clear()


def _is_idle(ident: int) -> bool:
    """Tell whether a thread is a worker that waits for work: an exception there would be logged as a crash."""
    frame = sys._current_frames().get(ident)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return frame is None or frame.f_globals.get("__name__") == "concurrent.futures.thread"


def _end(ident: int) -> None:
    """Ask the interpreter to raise SystemExit in that thread at its next bytecode."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(SystemExit))

"""loky's reusable pool: where it is kept, and which of its workers have nothing to do.

Neither has a public name: the pool of a thread is in a module, or in a storage of the thread, with what it was made with.
"""

import importlib
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from concurrent.futures import Future

MODULE = "loky.reusable_executor"


class Pool(Protocol):
    """What is used of loky's executor."""

    def submit(self, fn: Callable[..., object], *args: object, **kwargs: object) -> "Future[Any]":
        """Hand over a call."""
        ...

    def shutdown(self, wait: bool = True, kill_workers: bool = False) -> None:  # noqa: FBT001, FBT002 - loky's signature
        """End the workers."""
        ...


class Place:
    """Where the reusable pool of this thread is kept, and what it was made with."""

    def __init__(self) -> None:
        module = importlib.import_module(MODULE)
        storage: object = getattr(module, "_executor_storage", None)
        self._holder: object = module if storage is None else storage
        self._names = (
            ("_executor", "_executor_kwargs") if storage is None else ("executor", "executor_kwargs")
        )

    def get(self) -> tuple[Pool | None, object]:
        """Return the pool, ``None`` if there is none, and what it was made with."""
        pool, kwargs = (getattr(self._holder, name, None) for name in self._names)
        return cast("Pool | None", pool), kwargs

    def put(self, pool: Pool | None, kwargs: object) -> None:
        """Let this thread find that pool."""
        for name, value in zip(self._names, (pool, kwargs), strict=True):
            setattr(self._holder, name, value)


def idle_workers() -> frozenset[int]:
    """Return the process ids of the workers of this thread's pool, if nothing is left for them to do."""
    if MODULE not in sys.modules:
        return frozenset()
    pool, _ = Place().get()
    waiting: object = getattr(pool, "_pending_work_items", None)
    processes: object = getattr(pool, "_processes", None)
    if waiting or not isinstance(processes, dict):
        return frozenset()
    return frozenset(cast("dict[int, object]", processes))


def serves_pool(thread: threading.Thread) -> bool:
    """Tell whether a thread is one of those by which loky manages its processes and feeds them."""
    target = getattr(thread, "_target", None)
    modules = type(thread).__module__, str(getattr(target, "__module__", ""))
    return any(each.partition(".")[0] == "loky" for each in modules)

"""What is sent to worker processes and comes back, in bytes and in seconds of pickling.

Every call that is handed over is pickled once more, beside the way it takes by itself, and so is what came back. So this belongs
into a run of its own. Nothing is unpickled here: a class of the notebook that is unpickled takes the place of the original.
"""

import importlib
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from perfmagic.model.comparison import Transfer

if TYPE_CHECKING:
    from concurrent.futures import Future

Submit = Callable[..., "Future[Any]"]


@dataclass(slots=True)
class TransferMeter:
    """Adds up what the calls of one run, and their results, take to send.

    Attributes
    ----------
    sending_s
        Seconds that the calls took to be pickled, while the run went on; without those of its results.
    """

    sending_s: float = 0.0
    _sent_bytes: int = 0
    _seconds: float = 0.0
    _futures: list["Future[Any]"] = field(default_factory=list["Future[Any]"])

    @contextmanager
    def watching(self, pool: object) -> Generator[None]:
        """Look at every call that is handed to the pool while the block runs, those of its ``map`` included."""
        submit = cast("Submit", getattr(pool, "submit"))  # noqa: B009 - loky has no types

        def metered(fn: Callable[..., object], *args: object, **kwargs: object) -> "Future[Any]":
            self._sent_bytes += self._pickled((fn, args, kwargs))
            self.sending_s = self._seconds
            future = submit(fn, *args, **kwargs)
            self._futures.append(future)
            return future

        setattr(pool, "submit", metered)  # noqa: B010 - of this one pool, and only for a while
        try:
            yield
        finally:
            delattr(pool, "submit")

    def transfer(self) -> Transfer | None:
        """Return what was sent and received, ``None`` if no call was seen. Call it after the run."""
        futures, self._futures = self._futures, []
        if not futures:
            return None
        done = [each for each in futures if each.done() and not each.cancelled() and each.exception() is None]
        received_bytes = sum(self._pickled(each.result()) for each in done)
        return Transfer(sent_bytes=self._sent_bytes, received_bytes=received_bytes, seconds=self._seconds)

    def _pickled(self, value: object) -> int:
        """Return the size of a value as loky sends it; one that cannot be sent fails where it is sent."""
        dumps = cast("Callable[[object], bytes]", importlib.import_module("cloudpickle").dumps)
        began_s = time.perf_counter()
        try:
            size = len(dumps(value))
        except Exception:  # noqa: BLE001 - pickling runs the user's own methods
            size = 0
        self._seconds += time.perf_counter() - began_s
        return size

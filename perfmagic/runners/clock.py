"""Where time comes from: one seam, so that tests can run on time of their own."""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Wall and CPU time in seconds; only differences have a meaning."""

    def wall_s(self) -> float:
        """Seconds on a clock that never goes backwards."""
        ...

    def cpu_s(self) -> float:
        """CPU seconds of this process, all threads."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """`time.perf_counter` and `time.process_time`."""

    def wall_s(self) -> float:
        """Seconds on a clock that never goes backwards."""
        return time.perf_counter()

    def cpu_s(self) -> float:
        """CPU seconds of this process, all threads."""
        return time.process_time()

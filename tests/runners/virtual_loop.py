"""An event loop whose time passes only while everything waits, and a clock that shows it."""

import asyncio
from dataclasses import dataclass


class VirtualLoop(asyncio.SelectorEventLoop):
    """Goes to the next timer at once when nothing is ready; not for cells with threads."""

    now_s = 1024.0

    def time(self) -> float:
        self.now_s += 1e-9  # so that timers of one length end in the order in which they were set
        return self.now_s

    def _run_once(self) -> None:
        timers = [each for each in self._scheduled if not each.cancelled()]
        if not self._ready and timers:
            self.now_s = max(self.now_s, min(each.when() for each in timers))
        super()._run_once()


@dataclass
class LoopClock:
    """The time of a virtual loop."""

    def wall_s(self) -> float:
        return asyncio.get_running_loop().time()

    def cpu_s(self) -> float:
        return 0.0

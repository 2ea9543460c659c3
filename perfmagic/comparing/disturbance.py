"""What else ran while samples were taken: it is flagged, because it makes times longer than the cell is."""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from perfmagic.comparing.ledger import Ledger
from perfmagic.runners.leftovers import Strangers

FOREIGN_CORES = 0.5
"""Load of other programs, in cores, from which on it is flagged."""

_PROC_STAT = Path("/proc/stat")
_IDLE_FIELDS = slice(3, 5)  # idle and iowait, in clock ticks


@contextmanager
def disturbances(ledger: Ledger, strangers: Strangers) -> Generator[None]:
    """Flag other programs and other tasks of this process that ran while the block did."""
    wall_s, own_s, busy_s = time.perf_counter(), time.process_time(), busy_cpu_s()
    try:
        yield
    finally:
        wall_s, own_s = time.perf_counter() - wall_s, time.process_time() - own_s
        now_s = busy_cpu_s()
        if busy_s is not None and now_s is not None and wall_s > 0:
            _flag_load(ledger, foreign_cores=(now_s - busy_s - own_s) / wall_s)
        alive = strangers.still_alive()
        if alive:
            names = ", ".join(alive[:3])
            ledger.doubt("candidates", f"tasks or threads of earlier cells were alive meanwhile: {names}")


def _flag_load(ledger: Ledger, *, foreign_cores: float) -> None:
    if foreign_cores > FOREIGN_CORES:
        cores = os.cpu_count() or 1
        ledger.doubt("candidates", f"other programs used {foreign_cores:.1f} of {cores} cores meanwhile")


def busy_cpu_s() -> float | None:
    """CPU seconds that all programs of the machine used so far, ``None`` where the system does not tell."""
    try:
        fields = [int(text) for text in _PROC_STAT.read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    except (OSError, ValueError, IndexError):
        return None
    return (sum(fields) - sum(fields[_IDLE_FIELDS])) / os.sysconf("SC_CLK_TCK")

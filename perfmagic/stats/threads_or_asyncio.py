"""Threads or asyncio? One sentence from what was measured: what the cell spends its time on, and what each side gave."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfmagic.model.comparison import Usage
from perfmagic.model.units import percent, ratio

ASYNCIO = frozenset({"gather", "taskgroup", "tasks"})
THREADS, PROCESSES = "threads", "processes"
_SIDES = ASYNCIO | {THREADS, PROCESSES}
_MOST = 0.5
"""A share from which on it says what the cell does for the greater part of its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A candidate that was timed beside the cell as written.

    Attributes
    ----------
    speedup
        How much faster it is, ``None`` where none is claimed.
    blocking_in_threads
        Whether a candidate that awaits runs blocking calls in threads all the same.
    """

    strategy: str
    speedup: float | None
    blocking_in_threads: bool = False


def threads_or_asyncio(best: str | None, cell: Usage | None, tried: Sequence[Tried]) -> str | None:
    """Return which of the two the cell calls for and why, ``None`` if the measurement does not tell.

    Parameters
    ----------
    best
        The strategy that is recommended, ``None`` if candidates were timed and none is faster.
    cell
        What bound the cell as written.
    tried
        Everything that was timed.
    """
    if cell is None or not tried or not _SIDES.issuperset(each.strategy for each in tried):
        return None
    if best is None:
        return _neither(cell, tried)
    if best in ASYNCIO:
        chosen = next(each for each in tried if each.strategy == best)
        return _asyncio(cell, tried, with_threads=chosen.blocking_in_threads)
    return _threads(cell, tried) if best == THREADS else _processes(cell, tried)


def _asyncio(cell: Usage, tried: Sequence[Tried], *, with_threads: bool) -> str:
    what = "asyncio, not threads"
    if with_threads:
        what = "asyncio, with threads only for the calls that block"
    if cell.waiting_share >= _MOST:
        return f"{what}: the cell waits {percent(cell.waiting_share)} of its time{_given(tried, THREADS)}"
    why = f"the waiting that overlaps is {percent(cell.waiting_share)} of its time, the CPU time {percent(cell.cpu_share)}"
    return f"{what}: {why}{_given(tried, THREADS)}"


def _threads(cell: Usage, tried: Sequence[Tried]) -> str:
    given = _given(tried, PROCESSES)
    if cell.waiting_share >= _MOST:
        held = (
            ""
            if cell.lock_share is None
            else f" and hold the interpreter lock {percent(cell.lock_share)} of it"
        )
        return f"threads, not asyncio: its calls block, they wait {percent(cell.waiting_share)} of the time{held}{given}"
    if cell.lock_share is None:
        return f"threads, not asyncio: its calls compute {percent(min(1.0, cell.cpu_share))} of the time and await nothing{given}"
    free = percent(1.0 - cell.lock_share)
    return f"threads, not asyncio: its calls compute, and let go of the interpreter lock {free} of the time{given}"


def _processes(cell: Usage, tried: Sequence[Tried]) -> str:
    given = _given(tried, THREADS)
    if cell.lock_share is not None and cell.lock_share >= _MOST:
        return f"processes, neither threads nor asyncio: {_locked(cell.lock_share)}{given}"
    return f"processes, neither threads nor asyncio: the cell computes {percent(min(1.0, cell.cpu_share))} of its time{given}"


def _neither(cell: Usage, tried: Sequence[Tried]) -> str | None:
    """Say of the sides that were tried why they gain nothing; of processes alone the shares tell nothing."""
    threads = any(each.strategy == THREADS for each in tried)
    if not threads and all(each.strategy == PROCESSES for each in tried):
        return None
    gainless = "threads gain nothing" if threads else "asyncio gains nothing"
    if cell.lock_share is not None and cell.lock_share >= _MOST:
        return f"{gainless}: {_locked(cell.lock_share)}{_given(tried, PROCESSES)}"
    if cell.waiting_share >= _MOST:
        return f"{gainless}, although the cell waits {percent(cell.waiting_share)} of its time"
    held = (
        "" if cell.lock_share is None else f" and holds the interpreter lock {percent(cell.lock_share)} of it"
    )
    return f"{gainless}: the cell computes {percent(min(1.0, cell.cpu_share))} of its time{held}"


def _locked(share: float) -> str:
    return f"code holds the interpreter lock {percent(share)} of the time"


def _given(tried: Sequence[Tried], strategy: str) -> str:
    """Return what the other side gave, if it was tried."""
    found = next((each.speedup for each in tried if each.strategy == strategy), None)
    return "" if found is None else f"; {strategy} gave {ratio(found)}"

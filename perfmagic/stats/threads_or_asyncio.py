"""Threads or asyncio? One sentence from what was measured: what the cell spends its time on, and what each side gave."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfmagic.model.comparison import Transfer, Usage
from perfmagic.model.units import percent, ratio, size

ASYNCIO = frozenset({"gather", "taskgroup", "tasks"})
THREADS, PROCESSES = "threads", "processes"
_SIDES = ASYNCIO | {THREADS, PROCESSES}
_MOST = 0.5
"""A share from which on it says what the cell does for the greater part of its time."""

_MUCH = 0.1
"""A share of its time from which on what a candidate sends counts: it is pickled, sent, read and unpickled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A candidate that was timed beside the cell as written.

    Attributes
    ----------
    speedup
        How much faster it is, ``None`` where none is claimed.
    blocking_in_threads
        Whether a candidate that awaits runs blocking calls in threads all the same.
    sent
        What it sent to other processes and got back, ``None`` if it uses none.
    wall_s
        How long a run of it takes.
    """

    strategy: str
    speedup: float | None
    blocking_in_threads: bool = False
    sent: Transfer | None = None
    wall_s: float = 0.0


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


def which_of_them(cell: Usage | None, tried: Sequence[Tried]) -> str | None:
    """Return what the time of the cell itself says about the two, where the candidates are not decided yet."""
    if cell is None or not tried or not _SIDES.issuperset(each.strategy for each in tried):
        return None
    if cell.lock_share is not None and cell.lock_share >= _MOST:
        return f"neither threads nor asyncio overlap it: {_locked(cell.lock_share)}{_given(tried, PROCESSES)}"
    if cell.waiting_share >= _MOST:
        fitting = "asyncio" if any(each.strategy in ASYNCIO for each in tried) else "threads"
        return f"{fitting} can overlap what it waits: {percent(cell.waiting_share)} of its time"
    if any(each.strategy in ASYNCIO for each in tried):
        return f"asyncio cannot overlap what it computes: {percent(min(1.0, cell.cpu_share))} of its time"
    return None


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
        return _processes_alone(cell, tried)
    gainless = "threads gain nothing" if threads else "asyncio gains nothing"
    if cell.lock_share is not None and cell.lock_share >= _MOST:
        return f"{gainless}: {_locked(cell.lock_share)}{_given(tried, PROCESSES)}"
    if cell.waiting_share >= _MOST:
        return f"{gainless}, although the cell waits {percent(cell.waiting_share)} of its time"
    held = (
        "" if cell.lock_share is None else f" and holds the interpreter lock {percent(cell.lock_share)} of it"
    )
    return f"{gainless}: the cell computes {percent(min(1.0, cell.cpu_share))} of its time{held}"


def _processes_alone(cell: Usage, tried: Sequence[Tried]) -> str | None:
    """Say why they gain nothing, or what else would not: of them alone the shares tell nothing."""
    if cell.lock_share is not None and cell.lock_share >= _MOST:
        return f"neither threads nor asyncio would gain: {_locked(cell.lock_share)}{_given(tried, PROCESSES)}"
    told = _sending(tried[0])
    return f"processes gain nothing{told}" if told else None


def _locked(share: float) -> str:
    return f"code holds the interpreter lock {percent(share)} of the time"


def _given(tried: Sequence[Tried], strategy: str) -> str:
    """Return what the other side gave, if it was tried."""
    found = next((each for each in tried if each.strategy == strategy), None)
    if found is None or found.speedup is None:
        return ""
    return f"; {strategy} gave {ratio(found.speedup)}{_sending(found) if found.speedup < 1.0 else ''}"


def _sending(each: Tried) -> str:
    """Say what a candidate sends, where that takes a good part of its time."""
    if each.sent is None or each.wall_s <= 0.0 or each.sent.seconds < _MUCH * each.wall_s:
        return ""
    sent, share = size(each.sent.sent_bytes + each.sent.received_bytes), each.sent.seconds / each.wall_s
    if share >= _MOST:
        return f": sending {sent} took most of its time"
    return f": it sends {sent}, and pickling that alone takes {percent(share)} of its time"

"""CPU seconds of the processes that this one started: they do part of a cell's work, and its own clock does not see them."""

import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_USER_TICKS = 11
"""Where the four CPU times stand behind a process's name in its ``stat`` file: its own and those of its ended children."""


def children_cpu_s() -> float | None:
    """Return the CPU seconds of all descendants so far, ended and alive; ``None`` where the system does not tell (not Linux)."""
    try:
        ended = os.times()
        alive_s = sum(_cpu_s(each) for each in _descendants(os.getpid()))
    except (OSError, ValueError, IndexError):
        return None
    return ended.children_user + ended.children_system + alive_s


def _descendants(process: int) -> Iterator[int]:
    for thread in (_PROC / str(process) / "task").iterdir():
        for child in (thread / "children").read_text(encoding="ascii").split():
            yield int(child)
            yield from _descendants_of_another(int(child))


def _descendants_of_another(process: int) -> Iterator[int]:
    """Yield the descendants of a process that may end meanwhile."""
    try:
        yield from _descendants(process)
    except OSError:
        return


def _cpu_s(process: int) -> float:
    try:
        text = (_PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    ticks = text.rpartition(")")[2].split()[_USER_TICKS : _USER_TICKS + 4]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

"""CPU seconds of the processes that this one started: they do part of a cell's work, and its own clock does not see them."""

import os
from collections.abc import Iterator
from contextlib import suppress
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
        for child in _children(thread):
            yield child
            yield from _descendants_of_another(child)


def _children(thread: Path) -> list[int]:
    """Return the children that a thread started, none if it ended meanwhile."""
    try:
        return [int(each) for each in (thread / "children").read_text(encoding="ascii").split()]
    except OSError:
        if thread.exists() and not (thread / "children").exists():  # the system does not list them
            raise
        return []


def _descendants_of_another(process: int) -> Iterator[int]:
    """Yield the descendants of a process that may end meanwhile."""
    with suppress(OSError):
        yield from _descendants(process)


def _cpu_s(process: int) -> float:
    try:
        text = (_PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    ticks = text.rpartition(")")[2].split()[_USER_TICKS : _USER_TICKS + 4]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

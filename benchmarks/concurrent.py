"""Three awaits of 100 ms under ``%%concurrent``, beside gather written by hand, in one run.

    python benchmarks/concurrent.py [COMPARISONS]

Prints how much of the ceiling gather and tasks reach, how near they come to the hand-written cell, and how much time
the magic adds to the runs of user code, the state that is put back and the one garbage collection.
"""

import sys
from pathlib import Path

# This file must not hide the standard library's package concurrent.
sys.path[0] = str(Path(__file__).parent.parent)

import gc
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

import perfmagic
from perfmagic.comparing.trial import Trial
from perfmagic.runners.inline import Runner

CELL = "a = await query(1)\nb = await query(2)\nc = await query(3)\n"
BY_HAND = "import asyncio\na, b, c = await asyncio.gather(query(1), query(2), query(3))\n"
DEFINE = "import asyncio\nasync def query(value):\n    await asyncio.sleep(0.1)\n    return value\n"
ADDED_S, ADDED_SHARE = 0.030, 0.02
OF_CEILING, OF_HAND = 0.97, 0.02


class Spent:
    """Adds up the seconds that are spent inside some methods."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def watch(self, owner: Any, name: str) -> None:
        """Count the time of a method, awaited or not."""
        method = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            return self._ended(time.perf_counter(), method(*args, **kwargs))

        async def timed_awaited(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            return self._ended(began, await method(*args, **kwargs))

        setattr(owner, name, timed_awaited if method.__code__.co_flags & 0x80 else timed)

    def _ended(self, began: float, value: Any) -> Any:
        self.seconds += time.perf_counter() - began
        return value


def run(shell: InteractiveShell, text: str) -> float:
    """Run one cell and return its wall time in seconds."""
    began = time.perf_counter()
    shell.run_cell(text, store_history=True).raise_error()
    return time.perf_counter() - began


def wall_of(shell: InteractiveShell, cell: str) -> float:
    """Time the body of a plain cell the way the magic times its own: around the body only."""
    text = f"from time import perf_counter as _now\n_began = _now()\n{cell}_took = _now() - _began"
    shell.run_cell(text).raise_error()
    taken: float = shell.user_ns["_took"]
    return taken


def line(label: str, value: str, *, kept: bool) -> bool:
    """Print one result."""
    print(f"{label:<58}{value:>18}   {'met' if kept else 'MISSED'}")
    return kept


def main(comparisons: int = 5) -> int:
    """Make the comparisons and print the table."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "perfmagic")
    shell.run_cell("%config Perfmagic.quiet = True")
    shell.run_cell(DEFINE, store_history=True)
    run(shell, "%%concurrent --rounds 1\n" + CELL)  # imports the machinery
    spent = Spent()
    for owner, name in ((Runner, "_timed"), (Trial, "put_back_start"), (Trial, "finish")):
        spent.watch(owner, name)
    gc.collect = _counted(spent, gc.collect)
    rows: dict[str, list[float]] = {"gather": [], "tasks": [], "by hand": []}
    reached: dict[str, list[float]] = {"gather": [], "tasks": []}
    added: list[tuple[float, float]] = []
    for _ in range(comparisons):
        spent.seconds = 0.0
        total_s = run(shell, "%%concurrent --rounds 3 --strategies gather,tasks\n" + CELL)
        added.append((total_s - spent.seconds, spent.seconds))
        for name in ("gather", "tasks"):
            candidate = perfmagic.last().candidate(name)
            rows[name].extend(candidate.wall_s.samples)
            reached[name].append(candidate.speedup.value / candidate.ceiling)
        rows["by hand"].extend(wall_of(shell, BY_HAND) for _ in range(3))
    return report(rows, reached, added)


def _counted(spent: Spent, collect: Callable[..., int]) -> Callable[..., int]:
    def counted(*args: int) -> int:
        began = time.perf_counter()
        found = collect(*args)
        spent.seconds += time.perf_counter() - began
        return found

    return counted


def report(
    rows: dict[str, list[float]], reached: dict[str, list[float]], added: list[tuple[float, float]]
) -> int:
    """Print the medians against the limits; return the exit status."""
    by_hand_s = statistics.median(rows["by hand"])
    print(f"{'gather by hand, median':<58}{by_hand_s * 1e3:>15.1f} ms")
    kept = True
    for name in ("gather", "tasks"):
        share = statistics.median(reached[name])
        kept &= line(
            f"{name}: achieved / ceiling (at least {OF_CEILING:.0%})",
            f"{share:.1%}",
            kept=share >= OF_CEILING,
        )
        ratio = statistics.median(rows[name]) / by_hand_s
        kept &= line(
            f"{name}: time against gather by hand (within {OF_HAND:.0%})",
            f"{ratio:.3f}x",
            kept=abs(ratio - 1) <= OF_HAND,
        )
    over_s = statistics.median(extra for extra, _ in added)
    limit_s = ADDED_S + ADDED_SHARE * statistics.median(user for _, user in added)
    kept &= line(
        "added to user code, state and collection (30 ms + 2 %)",
        f"{over_s * 1e3:.1f} of {limit_s * 1e3:.1f} ms",
        kept=over_s <= limit_s,
    )
    return 0 if kept else 1


if __name__ == "__main__":
    random.seed()
    sys.exit(main(*(int(word) for word in sys.argv[1:])))

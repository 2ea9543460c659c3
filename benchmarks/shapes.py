"""How much of the ceiling ``tasks`` reaches on the shapes that it rewrites, and how long it takes to read a cell.

    python benchmarks/shapes.py [ROUNDS]

The shapes are the conformance cases of ``tests/cases/concurrency.py`` that can be rewritten. Each ceiling was derived by
hand from the cell's dependences: work over span with stand-ins that only wait. Cell and plan run in turn in real time,
with fresh state and all objects new, and the medians count. Below stands the time it takes to read a generated cell of 60
and of 400 lines.
"""

import sys
from pathlib import Path

# This folder must not hide the standard library's package concurrent.
sys.path[0] = str(Path(__file__).parent.parent)

import ast
import asyncio
import contextlib
import io
import linecache
import statistics
import time
from typing import Any

from perfmagic.analysis.analysis import Analysis, analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from perfmagic.strategies import tasks, threads
from tests.cases.concurrency import CASES, PRELUDE

WAIT_S = 0.1
WANTED_SHARE = 0.95
WANTED_MS = {60: 20.0, 400: 150.0}
FILE = "<earlier cell>"
linecache.cache[FILE] = (len(PRELUDE), None, PRELUDE.splitlines(keepends=True), FILE)
LINES = (
    "a{n} = await f({n})", "b{n} = await g(a{n})", "# a comment", "l{n} = [a{n}, b{n}]", "c{n} = await pool.fetch('q{n}')",
    "print(a{n}, c{n})", "for i in range(3):", "    d{n} = await f(i)", "    l{n}.append(d{n})", "e{n} = len(l{n}) + a{n}",
)  # fmt: skip


def namespace() -> dict[str, object]:
    """Return fresh stand-ins."""
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(PRELUDE, FILE, "exec"), names)
    names["D"] = WAIT_S
    return names


def read(source: str) -> Analysis:
    """Return the analysis of a cell over the stand-ins."""
    return analyse(Cell(source=source, python=source), namespace())


def seconds(source: str) -> float:
    """Run a cell once and return how long its body took."""
    names = namespace()
    code = compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def body() -> float:
        began = time.perf_counter()
        with contextlib.suppress(Exception):
            value = eval(code, names)
            if value is not None:
                await value
        return time.perf_counter() - began

    with contextlib.redirect_stdout(io.StringIO()):
        return asyncio.run(body())


def share_of(case: dict[str, Any], rounds: int) -> tuple[float, float] | None:
    """Return the speedup reached and the ceiling, ``None`` if no strategy has a plan."""
    analysis = read(case["cell"])
    answers = (each.plan(analysis, Options()) for each in (tasks, threads))
    plan = next((each for each in answers if isinstance(each, Plan)), None)
    if plan is None:
        return None
    pairs = [(seconds(case["cell"]), seconds(plan.source)) for _ in range(rounds)]
    before, after = (statistics.median(column) for column in zip(*pairs, strict=True))
    return before / after, float(case["ceiling"])


def reading_ms(lines: int, rounds: int) -> float:
    """Return the median milliseconds of CPU time that the analysis of a cell of so many lines takes."""
    body = [LINES[each % len(LINES)].format(n=each // len(LINES)) for each in range(lines)]
    source = "\n".join(body) + "\n"
    names = namespace()
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        analyse(Cell(source=source, python=source), names)
        taken.append(time.process_time() - began)
    return statistics.median(taken) * 1e3


def verdict(*, kept: bool) -> str:
    """Return the word for a limit."""
    return "met" if kept else "MISSED"


def main(rounds: int = 3) -> int:
    """Measure, print the table, and return the exit status."""
    shares: list[float] = []
    print(f"{'shape':<24}{'reached':>9}{'ceiling':>9}{'share':>8}")
    for case in CASES:
        if case["verdict"] != "rewrite":
            continue
        found = share_of(case, rounds)
        if found is None:
            print(f"{case['name']:<24}{'no plan':>9}{case['ceiling']:>9.2f}")
            continue
        reached, ceiling = found
        shares.append(reached / ceiling)
        print(f"{case['name']:<24}{reached:>9.2f}{ceiling:>9.2f}{shares[-1]:>8.1%}")
    median = statistics.median(shares)
    kept = [median >= WANTED_SHARE]
    label = f"median share of the ceiling, {len(shares)} shapes"
    print(f"{label:<50}{median:>10.1%}   {verdict(kept=kept[0])} (wanted {WANTED_SHARE:.0%})")
    for lines, wanted in WANTED_MS.items():
        taken = reading_ms(lines, max(rounds, 5))
        kept.append(taken <= wanted)
        label = f"reading a cell of {lines} lines"
        print(f"{label:<50}{taken:>7.1f} ms   {verdict(kept=kept[-1])} (wanted {wanted:.0f} ms)")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    raise SystemExit(main(*(int(each) for each in sys.argv[1:])))

"""A cell compared with itself: how often it is called different, by perfmagic and by a block-order t-test.

    python benchmarks/aa.py [COMPARISONS] [ROUNDS]

Both sides are the same 5 ms of CPU work, so every "different" is a false alarm. Interleaved: `compare` as the magics
call it, with a strategy that changes nothing. Block order: all runs of one side, then all of the other, and a pooled
t-test at 5 %.
"""

import sys
from pathlib import Path

# benchmarks/concurrent.py must not hide the standard library's package
sys.path[0] = str(Path(__file__).parent.parent)

import time
from types import CodeType

from IPython.core.interactiveshell import InteractiveShell

import perfmagic
from benchmarks.block_order import block_order_differs
from perfmagic.analysis.analysis import Analysis
from perfmagic.magics import cell_magic
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan

CELL = "total = 0\nfor number in range({work}):\n    total += number * number\n"
BODY_S = 0.006
LIMIT = 0.10
BLOCK_RUNS = 20


def unchanged(analysis: Analysis, _options: Options) -> Plan:
    """Return the cell as it is: a strategy that cannot be faster."""
    return Plan(strategy="unchanged", source=analysis.cell.source)


def sized_cell() -> str:
    """Return a cell that takes about `BODY_S` on this machine."""
    work = 10_000
    while (taken_s := timed(compile(CELL.format(work=work), "<aa>", "exec"))) < BODY_S:
        work = int(work * max(1.2, BODY_S / max(taken_s, 1e-6)))
    return CELL.format(work=work)


def timed(code: CodeType) -> float:
    """Run code in a fresh namespace and return its wall time in seconds."""
    began = time.perf_counter()
    exec(code, {})
    return time.perf_counter() - began


def interleaved_differs(shell: InteractiveShell, cell: str, rounds: int) -> bool:
    """Compare the cell with itself as a magic would; tell whether the interval leaves out 1."""
    shell.run_cell(f"%%concurrent --rounds {rounds} --budget 60\n{cell}", store_history=True).raise_error()
    speedup = perfmagic.last().candidate("unchanged").speedup
    assert speedup is not None, perfmagic.last()
    assert speedup.confidence is not None, speedup
    return not speedup.low <= 1 <= speedup.high


def block_differs(cell: str) -> bool:
    """Compare the cell with itself in block order."""
    code = compile(cell, "<aa>", "exec")
    first = [timed(code) for _ in range(BLOCK_RUNS)]
    second = [timed(code) for _ in range(BLOCK_RUNS)]
    return block_order_differs(first, second)


def main(comparisons: int = 150, rounds: int = 7) -> int:
    """Make the comparisons and print both counts."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "perfmagic")
    shell.run_cell("%config Perfmagic.quiet = True")
    # The seam of the magics: where names become strategies.
    cell_magic.strategies = lambda _options: {"unchanged": unchanged}
    cell = sized_cell()
    interleaved = block = 0
    for _ in range(comparisons):
        interleaved += interleaved_differs(shell, cell, rounds)
        block += block_differs(cell)
    most = int(LIMIT * comparisons)
    print(f"the same cell compared with itself, {comparisons} times")
    print(
        f"  perfmagic, {rounds} rounds in random order, signed-rank interval: {interleaved} called different (at most {most})"
    )
    print(f"  block order, {BLOCK_RUNS} runs a side, pooled t-test at 5 %:       {block} called different")
    return 0 if interleaved <= most else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))

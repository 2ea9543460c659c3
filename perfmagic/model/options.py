"""What the user asked for, after the magic line was read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Verify = Literal["auto", "plain", "fuzz", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that all magics share, with the defaults of a bare magic line.

    Attributes
    ----------
    strategies
        Names of the candidates to try, in order; empty means all that the magic offers.
    rounds
        Timed rounds at most.
    budget_s
        Seconds for everything after the committed run.
    once
        Run the cell exactly once, under the first strategy that applies.
    rerun
        Run the cell again although something cannot be put back.
    workers
        Worker threads at most; ``None`` lets the strategy choose.
    limit
        Concurrent operations at most.
    rtol
        Relative tolerance for floats in the comparison of results.
    verify
        ``auto`` compares the results and, as far as the budget goes, tries other schedules; ``plain`` only compares; ``fuzz``
        tries other schedules even if that takes longer than the budget; ``off`` compares nothing (every verdict is unknown).
    profile
        Whether profiled runs are wanted.
    title
        A heading for the report.
    output
        Name of the variable that receives the comparison.
    exports
        Files to write the comparison to; the suffix decides the format.
    quiet
        Show no report.
    assume_independent
        ``None``: no assumption. Empty: every pair of operations that only an effect keeps in order is assumed independent.
        Otherwise the line numbers (from 1) whose operations are assumed independent of each other.
    speculate
        Reads that an early exit (assert, raise, break, return) could have prevented may start all the same.
    allow_reorder
        Printed lines, and writes to one outside resource, may come in another order.
    ignore_sleeps
        Literal pauses between operations do not keep them in order.
    explain
        Run nothing; show statements, dependences and what would be rewritten.
    """

    strategies: tuple[str, ...] = ()
    rounds: int = 20
    budget_s: float = 10.0
    once: bool = False
    rerun: bool = False
    workers: int | None = None
    limit: int = 32
    rtol: float = 0.0
    verify: Verify = "auto"
    profile: bool = True
    title: str | None = None
    output: str | None = None
    exports: tuple[Path, ...] = ()
    quiet: bool = False
    assume_independent: frozenset[int] | None = None
    speculate: bool = False
    allow_reorder: bool = False
    ignore_sleeps: bool = False
    explain: bool = False

"""Runs that are probed and not timed: who held the interpreter lock, and what other processes did meanwhile."""

import math

from perfmagic.comparing.assemble import gil_enabled
from perfmagic.comparing.ledger import Entry
from perfmagic.comparing.measurement import Measurement
from perfmagic.comparing.spending import SHORTEST_SAMPLE_S
from perfmagic.comparing.warming_up import worth_timing
from perfmagic.model.plan import Plan
from perfmagic.runners.children import children_cpu_s
from perfmagic.runners.inline import Overrun, Run
from perfmagic.runners.lock_probe import Ask, LockProbe, Shares, pause_for, shares
from perfmagic.runners.run_queue import queued_per_second, turns
from perfmagic.runners.worker_processes import NotStarted
from perfmagic.stats.speedup import quantity
from perfmagic.stats.usage import Probed

ENOUGH_S, MOST_RUNS = 0.05, 5
"""A time that gives some ten moments even under a busy thread, and how often a short cell is run for it."""


async def probe(measurement: Measurement) -> None:
    """Probe a run of the cell as written and one of each candidate that was timed, as far as the budget goes.

    A cell that takes less than 5 ms is over before a thread could look at it twice, and one with outside effects is not
    run for this.
    """
    ledger = measurement.ledger
    if not measurement.options.profile or measurement.analysis.effects.hazards:
        return
    timed = [each for each in ledger.plans() if each.samples and worth_timing(each)]
    for entry in [ledger.baseline, *timed]:
        wall_s = quantity([each.wall_s for each in entry.samples]).median if entry.samples else math.inf
        if SHORTEST_SAMPLE_S <= wall_s <= measurement.left_s:
            entry.probed = await _probed(measurement, entry, wall_s)


async def _probed(measurement: Measurement, entry: Entry, wall_s: float) -> Probed | None:
    seen: list[tuple[list[Ask], float, float]] = []
    trial, children_s, begun = measurement.trial, 0.0, turns()
    if _hands_over(entry) and children_cpu_s() is None:
        return None
    for _ in range(min(MOST_RUNS, math.ceil(ENOUGH_S / wall_s))):
        if seen and wall_s > measurement.left_s:
            break
        before_s = children_cpu_s()
        with LockProbe(clock=trial.runner.clock, pause_s=pause_for(wall_s)) as lock:
            run = await _run(measurement, entry)
        if run is None:
            break
        after_s = children_cpu_s()
        seen.append((lock.asks, run.started_s, run.started_s + run.sample.wall_s))
        if before_s is not None and after_s is not None:
            children_s += after_s - before_s
    return _summary(shares(seen), seen, children_s, queued_per_second(begun, turns()))


def _hands_over(entry: Entry) -> bool:
    """Whether other processes work for a candidate, so that its own CPU time tells little."""
    return isinstance(entry.answer, Plan) and entry.answer.workers > 0


async def _run(measurement: Measurement, entry: Entry) -> Run | None:
    """Make one run and look at its result as at that of any other; ``None`` if it had to be stopped."""
    program = measurement.programs[entry.strategy]
    if entry is measurement.ledger.baseline:
        run = await measurement.trial.rerun(program)
        measurement.note_baseline(measurement.judge.judge(run, None))
        return run
    try:
        run = await measurement.trial.rerun(program, patience_s=measurement.patience_s(1))
    except (Overrun, NotStarted):
        return None
    measurement.note_candidate(entry, run)
    return run


def _summary(
    found: Shares | None, seen: list[tuple[list[Ask], float, float]], children_s: float, queued: float
) -> Probed | None:
    if found is None:
        return None
    seconds = [last_s - first_s for _, first_s, last_s in seen]
    return Probed(
        held_share=found.held if gil_enabled() else 0.0,
        overlapped_share=found.overlapped,
        children_share=max(0.0, children_s) / sum(seconds),
        queued_per_second=queued,
        wall_s=sum(seconds) / len(seconds),
    )

"""The timed rounds: baseline and candidates side by side, so that what disturbs one side disturbs the other."""

import gc
from collections.abc import Sequence

from perfmagic.analysis.first_reads import first_reads
from perfmagic.comparing.ledger import Entry
from perfmagic.comparing.measurement import Measurement
from perfmagic.comparing.spending import (
    SHORTEST_SAMPLE_S,
    another_round_fits,
    inner_loops,
    kept_back_s,
    more_rounds,
)
from perfmagic.comparing.warming_up import note_not_run, worth_timing
from perfmagic.model.run import Sample
from perfmagic.runners.inline import Overrun
from perfmagic.runners.worker_processes import NotStarted
from perfmagic.stats.holm import rounds_needed


async def time_rounds(
    measurement: Measurement,
    contenders: Sequence[Entry],
    committed_s: float,
    began_s: float,
    *,
    kept_s: float = 0.0,
) -> None:
    """Make as many rounds as asked for, or as the budget allows; a round that is not complete does not count.

    Parameters
    ----------
    began_s
        What was left of the budget when the warm-ups began: they took about as long as a round will, with its state put back.
    kept_s
        Seconds that are kept for other schedules once a recommendation is possible.
    """
    everyone = [measurement.ledger.baseline, *contenders]
    once_s = [committed_s, *(entry.warmup.wall_s for entry in contenders if entry.warmup)]
    loops = inner_loops(min(once_s), repeatable_in_place=_same_twice_in_a_row(measurement))
    round_s = max(loops * sum(once_s), began_s - measurement.left_s if loops == 1 else 0.0)
    most, done = measurement.options.rounds, 0
    gc.collect()  # once: it is too dear for every run
    needed = rounds_needed(len(contenders))
    while another_round_fits(
        done=done,
        most=most,
        left_s=measurement.left_s
        - kept_back_s(
            done=done, needed=needed, left_s=measurement.left_s, round_s=round_s, schedules_s=kept_s
        ),
        round_s=round_s,
    ):
        before_s = measurement.left_s
        taken = await _round(measurement, everyone, loops)
        for entry in everyone:
            if entry.strategy in taken:
                entry.samples.append(taken[entry.strategy])
        everyone = [each for each in everyone if each is everyone[0] or worth_timing(each)]
        if len(everyone) == 1:
            break
        done += 1
        round_s = before_s - measurement.left_s
    if done < needed:
        spent_s = measurement.options.budget_s - measurement.left_s
        measurement.ledger.more_rounds = more_rounds(
            needed=needed, done=done, most=most, spent_s=spent_s, round_s=round_s
        )
    if loops == 1:
        _flag_short(measurement)


async def _round(measurement: Measurement, everyone: list[Entry], loops: int) -> dict[str, Sample]:
    """Run everyone once, in random order, and return the samples by name; a candidate that cannot be run has none."""
    trial, baseline = measurement.trial, measurement.ledger.baseline
    taken: dict[str, Sample] = {}
    for entry in measurement.order.sample(everyone, len(everyone)):
        try:
            run = await trial.rerun(
                measurement.programs[entry.strategy],
                loops=loops,
                patience_s=None if entry is baseline else measurement.patience_s(loops),
            )
        except (Overrun, NotStarted) as failure:
            note_not_run(entry, failure)
            continue
        taken[entry.strategy] = run.sample
        if entry is baseline:
            measurement.note_baseline(measurement.judge.judge(run, None))
            if loops == 1:
                measurement.ledger.single_runs.append(run.sample)
        else:
            measurement.note_candidate(entry, run)
        del run  # what the run left need not live on during the next one
    return taken


def _same_twice_in_a_row(measurement: Measurement) -> bool:
    """Tell whether the body changes nothing that existed before and rebinds no name that it reads first."""
    analysis, trial = measurement.analysis, measurement.trial
    if trial.start is None or analysis.effects.hazards:
        return False
    if first_reads(analysis.tree) & analysis.effects.bound_names:
        return False
    return trial.plain and not trial.changed_existing


def _flag_short(measurement: Measurement) -> None:
    ledger = measurement.ledger
    for entry in ledger.all():
        if entry.samples and min(sample.wall_s for sample in entry.samples) < SHORTEST_SAMPLE_S:
            ledger.doubt(ledger.field_of(entry, "wall_s"), "cold, below 5 ms")

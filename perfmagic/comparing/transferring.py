"""What it takes to bring arguments to other processes and results back, from one run of its own for each candidate."""

from collections.abc import Sequence

from perfmagic.comparing.ledger import Entry
from perfmagic.comparing.measurement import Measurement
from perfmagic.model.plan import Plan
from perfmagic.model.units import seconds
from perfmagic.runners.transfer import TransferMeter

ROUNDS_LEFT = 3
"""The run is made only if the budget still holds so many rounds after it."""


async def measure_transfer(measurement: Measurement, contenders: Sequence[Entry]) -> None:
    """Fill in the transfer of every contender that uses other processes, and say what starting them took."""
    ledger, trial = measurement.ledger, measurement.trial
    taken_s = [entry.warmup.wall_s for entry in contenders if entry.warmup is not None]
    round_s = sum(taken_s) + (ledger.committed.wall_s if ledger.committed is not None else 0.0)
    for entry in contenders:
        if not (isinstance(entry.answer, Plan) and entry.answer.workers):
            continue
        start_s = trial.runner.processes.start_s
        if start_s is not None:
            why = f"the worker processes were there: starting them takes {seconds(start_s)} more, once"
            ledger.doubt(ledger.field_of(entry, "wall_s"), why)
        if measurement.left_s > ROUNDS_LEFT * round_s:
            meter = TransferMeter()
            with trial.runner.processes.metered(meter):
                run = await trial.rerun(
                    measurement.programs[entry.strategy], patience_s=measurement.patience_s(1)
                )
            measurement.note_candidate(entry, run)
            entry.transfer = meter.transfer()

"""What it takes to bring arguments to other processes and results back, from the first run of each candidate that uses some."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from perfmagic.comparing.ledger import Entry
from perfmagic.comparing.measurement import Measurement
from perfmagic.model.plan import Plan
from perfmagic.model.run import Sample
from perfmagic.model.units import seconds
from perfmagic.runners.children import children_cpu_s
from perfmagic.runners.transfer import TransferMeter

SHORTEST_S = 0.1
"""The system counts CPU time in hundredths of a second: of a shorter run that says little."""


@dataclass(slots=True)
class Sending:
    """A run whose transfer is measured: its calls are pickled once more, which is taken out of its sample."""

    _meter: TransferMeter

    def without(self, sample: Sample) -> Sample:
        """Return the sample as it would be if nothing had been measured."""
        spent_s = self._meter.sending_s
        if not spent_s:
            return sample
        return replace(
            sample, wall_s=max(sample.wall_s - spent_s, 0.0), cpu_s=max(sample.cpu_s - spent_s, 0.0)
        )


@contextmanager
def transfer_noted(measurement: Measurement, entry: Entry) -> Generator[Sending]:
    """Note what the run inside the block sends to other processes and gets back, and what they compute meanwhile."""
    meter, clock = TransferMeter(), measurement.trial.runner.clock
    before_s, began_s = children_cpu_s() if _hands_over(entry) else None, clock.wall_s()
    with measurement.trial.runner.processes.metered(meter):
        yield Sending(meter)
    after_s = children_cpu_s() if before_s is not None else None
    if before_s is not None and after_s is not None:
        spent_s = clock.wall_s() - began_s - meter.sending_s
        if spent_s >= SHORTEST_S:
            entry.children_share = max(after_s - before_s, 0.0) / spent_s
    entry.transfer = meter.transfer()


def _hands_over(entry: Entry) -> bool:
    return isinstance(entry.answer, Plan) and entry.answer.workers > 0


def tell_starts(measurement: Measurement, contenders: Sequence[Entry]) -> None:
    """Say, of every contender that uses other processes, what starting them took."""
    ledger, start_s = measurement.ledger, measurement.trial.runner.processes.start_s
    for entry in contenders:
        if _hands_over(entry) and start_s is not None:
            why = f"the worker processes were there: starting them takes {seconds(start_s)} more, once"
            ledger.doubt(ledger.field_of(entry, "wall_s"), why)

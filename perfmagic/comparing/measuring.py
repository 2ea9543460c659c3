"""The measured part of a comparison: instrumented runs, warm-ups, timed rounds, probed runs, other schedules."""

from perfmagic.comparing.fuzzing import comes_first, fuzz, fuzz_first, reserved_s
from perfmagic.comparing.instrumenting import find_bound
from perfmagic.comparing.measurement import Measurement
from perfmagic.comparing.probing import probe
from perfmagic.comparing.rounds import time_rounds
from perfmagic.comparing.transferring import tell_starts
from perfmagic.comparing.warming_up import warm_up


async def measure(measurement: Measurement) -> None:
    """Fill the ledger: bound, verdicts, samples."""
    committed = measurement.ledger.committed
    if committed is None:
        return
    if committed.wall_s <= measurement.options.budget_s / 2:
        await find_bound(measurement, committed.wall_s)
    began_s = measurement.left_s
    contenders = await warm_up(measurement, committed.wall_s)
    if contenders and comes_first(measurement):
        contenders = await fuzz_first(measurement, contenders)
    if contenders:
        tell_starts(measurement, contenders)
        kept_s = reserved_s(measurement, contenders)
        await time_rounds(measurement, contenders, committed.wall_s, began_s, kept_s=kept_s)
        await probe(measurement)
        await fuzz(measurement, contenders)

"""The first run of a candidate, watched: what it starts, and how long each start takes when nothing delays it.

That run is not timed, and later schedules are made to its measure.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from perfmagic.comparing.ledger import Entry
from perfmagic.comparing.measurement import Measurement
from perfmagic.runners.schedules import AS_IT_COMES, Schedule, Tempo
from perfmagic.runners.schedules_imposed import Imposition
from perfmagic.runners.schedules_run import scheduled


@contextmanager
def watched(measurement: Measurement, entry: Entry) -> Generator[None]:
    """Note the tempo of the candidate that runs once inside the block, unless it starts nothing that could be delayed."""
    clock = measurement.trial.runner.clock
    before_s = clock.wall_s()
    with under(measurement, entry, AS_IT_COMES, None) as seen:
        yield
    if seen.starts:
        tempo = seen.tempo_of(wall_s=clock.wall_s() - before_s, most_s=_as_written_s(measurement))
        entry.tempo = replace(tempo, leaves_tasks=bool(measurement.trial.tasks_left))


@contextmanager
def under(
    measurement: Measurement, entry: Entry, schedule: Schedule, tempo: Tempo | None
) -> Generator[Imposition]:
    """Run what the block runs of a candidate under a schedule."""
    program, clock = measurement.programs[entry.strategy], measurement.trial.runner.clock
    lines = changed_lines(measurement.analysis.cell.source, entry.source or "")
    with scheduled(schedule, program, lines=lines, clock=clock, tempo=tempo) as imposed:
        yield imposed


def changed_lines(before: str, after: str) -> frozenset[int]:
    """Return the lines of the changed cell, from 1, that the cell as written has not.

    What a line starts that was not changed overlaps in the cell as written too. The shell drops blank lines before the
    first one that is not, so lines are also given as they are counted then.
    """
    kept = {line.strip() for line in before.splitlines()}
    lines = after.splitlines()
    blank = next((number for number, line in enumerate(lines) if line.strip()), 0)
    found = [number for number, line in enumerate(lines, start=1) if line.strip() not in kept]
    return frozenset([*found, *(number - blank for number in found)])


def _as_written_s(measurement: Measurement) -> float:
    ledger = measurement.ledger
    samples = [*([ledger.committed] if ledger.committed else []), *ledger.single_runs]
    return min((each.wall_s for each in samples), default=0.0)

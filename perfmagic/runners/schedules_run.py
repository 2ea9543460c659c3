"""The block inside which a run is under a schedule, or only watched."""

from collections.abc import Generator
from contextlib import contextmanager

from perfmagic.runners.clock import Clock
from perfmagic.runners.program import Program
from perfmagic.runners.schedules import Schedule, Tempo
from perfmagic.runners.schedules_imposed import Imposition
from perfmagic.runners.schedules_tasks import delayed_tasks
from perfmagic.runners.schedules_threads import delayed_calls


@contextmanager
def scheduled(
    schedule: Schedule, program: Program, *, lines: frozenset[int], clock: Clock, tempo: Tempo | None = None
) -> Generator[Imposition]:
    """Run what is started on some lines of a program under a schedule; what it was is in the value of the block.

    Parameters
    ----------
    lines
        Lines of the program, from 1, whose tasks and submitted calls are noted and delayed.
    tempo
        What the operations take without delays; without it nothing is delayed, and the run is only watched.
    """
    imposed = Imposition(schedule=schedule, tempo=tempo, program=program, lines=lines, clock=clock)
    with delayed_tasks(imposed), delayed_calls(imposed):
        yield imposed

"""compare: the whole use case in one readable piece."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from perfmagic.analysis.analysis import Analysis, analyse
from perfmagic.comparing import rerunnable
from perfmagic.comparing.assemble import assemble
from perfmagic.comparing.disturbance import disturbances
from perfmagic.comparing.ledger import Entry, Ledger, error_info
from perfmagic.comparing.measurement import Measurement
from perfmagic.comparing.measuring import measure
from perfmagic.comparing.once import run_once
from perfmagic.comparing.rerunnable import Obstacle
from perfmagic.comparing.trial import Trial
from perfmagic.model.cell import Cell
from perfmagic.model.comparison import Comparison
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.runners.clock import Clock
from perfmagic.runners.host import Host
from perfmagic.runners.inline import Run, Runner
from perfmagic.runners.interrupt import Interrupt
from perfmagic.runners.leftovers import Strangers, running_loop
from perfmagic.runners.namespace import StateTooLarge
from perfmagic.runners.process_state import numpy_random
from perfmagic.runners.program import Program, user_traceback
from perfmagic.runners.spans import HOOK
from perfmagic.stats.speedup import remembered


class Strategy(Protocol):
    """One way to change a cell: the seam for new strategies."""

    def __call__(self, analysis: Analysis, options: Options) -> Plan | Refusal:
        """Return the changed cell, or why it cannot be changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a magic gets back: the comparison, and how the user's cell ended.

    Attributes
    ----------
    value
        Value of the cell's last expression in the committed run.
    error
        The exception that the cell raised, or KeyboardInterrupt if the user stopped it.
    traceback
        Its traceback from the cell's own frame on.
    """

    comparison: Comparison
    value: object
    error: BaseException | None
    traceback: TracebackType | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Everything that a comparison needs besides the cell."""

    host: Host
    options: Options
    strategies: Mapping[str, Strategy]
    clock: Clock
    interrupt: Interrupt
    order: random.Random
    magic: str = "concurrent"
    baseline: str = "sequential"


async def compare(cell: Cell, setting: Setting) -> Result:
    """Run the cell once for the user, compare the strategies with it, and put back what that one run left.

    A cell without ``await`` never suspends here, so the coroutine can be driven without an event loop.

    Raises
    ------
    SyntaxError
        If the cell is not Python, with the user's line; nothing was run.
    CellError
        If the cell cannot be analysed; nothing was run.
    """
    numpy_random()
    analysis = analyse(cell, setting.host.namespace)
    ledger = _ledger(analysis, setting)
    programs = _programs(cell, ledger, setting.host)
    trial = _trial(analysis, ledger, setting)
    run: Run | None = None
    try:
        run = await _runs(analysis, ledger, programs, trial, setting)
    except KeyboardInterrupt as stop:
        ledger.interrupted = True
        return _result(cell, ledger, setting, value=None, error=stop, traceback=None)
    finally:
        trial.finish()
    error = run.outcome.error
    traceback = user_traceback(error, tuple(programs.values())) if error is not None else None
    return _result(cell, ledger, setting, value=run.outcome.value, error=error, traceback=traceback)


async def _runs(
    analysis: Analysis, ledger: Ledger, programs: dict[str, Program], trial: Trial, setting: Setting
) -> Run:
    """Make all runs; return the committed one."""
    plans = ledger.plans()
    if setting.options.once and plans:
        return await run_once(trial, ledger, plans[0], programs[plans[0].strategy])
    obstacle = _obstacle_before(analysis, ledger, trial, setting.options)
    strangers = Strangers.now(running_loop())
    run = await trial.commit(programs[ledger.baseline.strategy])
    _note_error(ledger, run)
    if plans and obstacle is None:
        obstacle = rerunnable.after_commit(run.outcome.error, trial.leftovers, strangers, trial.start)
        obstacle = _unless_asked(obstacle, setting.options, run.outcome.error)
    if obstacle is not None:
        ledger.skip(plans, obstacle.reason, obstacle.hint)
    elif plans:
        await _measured(analysis, ledger, programs, trial, setting, run, strangers)
    return run


async def _measured(
    analysis: Analysis,
    ledger: Ledger,
    programs: dict[str, Program],
    trial: Trial,
    setting: Setting,
    committed: Run,
    strangers: Strangers,
) -> None:
    deadline_s = setting.clock.wall_s() + setting.options.budget_s
    trial.expect(committed.outcome)
    measurement = Measurement(
        analysis=analysis,
        options=setting.options,
        trial=trial,
        ledger=ledger,
        programs=programs,
        deadline_s=deadline_s,
        order=setting.order,
    )
    with disturbances(ledger, strangers):
        await measure(measurement)
    reruns = [sample.wall_s for sample in ledger.baseline.samples]
    ledger.withheld = remembered(committed.sample.wall_s, reruns)
    if ledger.withheld is not None:
        ledger.doubt("candidates[0].wall_s", ledger.withheld)


def _ledger(analysis: Analysis, setting: Setting) -> Ledger:
    answers = [(name, strategy(analysis, setting.options)) for name, strategy in setting.strategies.items()]
    entries = [
        Entry(strategy=name, answer=answer, source=answer.source if isinstance(answer, Plan) else None)
        for name, answer in answers
    ]
    return Ledger(
        baseline=Entry(strategy=setting.baseline, answer=None, source=analysis.cell.source), entries=entries
    )


def _programs(cell: Cell, ledger: Ledger, host: Host) -> dict[str, Program]:
    """Compile the cell last: the shell then keeps its text under the cell's number."""
    sources = {entry.strategy: entry.source for entry in ledger.plans() if entry.source is not None}
    sources[ledger.baseline.strategy] = cell.source
    return {name: host.compile(*host.parse(source)) for name, source in sources.items()}


def _trial(analysis: Analysis, ledger: Ledger, setting: Setting) -> Trial:
    return Trial(
        runner=Runner(host=setting.host, clock=setting.clock),
        ledger=ledger,
        interrupt=setting.interrupt,
        options=setting.options,
        names=analysis.effects.bound_names,
        touched=analysis.effects.touched,
    )


def _obstacle_before(analysis: Analysis, ledger: Ledger, trial: Trial, options: Options) -> Obstacle | None:
    """Save the start state, and return what is known before the cell ran to forbid running it again."""
    plans = [entry.answer for entry in ledger.plans() if isinstance(entry.answer, Plan)]
    if not plans:
        return None
    obstacle = rerunnable.before_commit(analysis.effects.hazards)
    if obstacle is not None and not options.rerun:
        return obstacle
    introduced = frozenset({HOOK}.union(*(plan.introduced for plan in plans)))
    try:
        trial.save_start(introduced)
    except StateTooLarge as too_large:
        return Obstacle(str(too_large), "free memory, or run the cell on less data")
    return None if options.rerun or trial.start is None else rerunnable.after_save(trial.start)


def _unless_asked(
    obstacle: Obstacle | None, options: Options, error: BaseException | None
) -> Obstacle | None:
    """With ``--rerun`` only an exit still forbids a rerun: it would end the kernel from inside a task."""
    exits = error is not None and not isinstance(error, Exception)
    return obstacle if exits or not options.rerun else None


def _note_error(ledger: Ledger, run: Run) -> None:
    error = run.outcome.error
    if error is not None:
        ledger.baseline.error = error_info(error)


def _result(
    cell: Cell,
    ledger: Ledger,
    setting: Setting,
    *,
    value: object,
    error: BaseException | None,
    traceback: TracebackType | None,
) -> Result:
    comparison = assemble(ledger, magic=setting.magic, cell=cell, title=setting.options.title)
    return Result(comparison=comparison, value=value, error=error, traceback=traceback)

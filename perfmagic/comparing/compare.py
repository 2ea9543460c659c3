"""compare: the whole use case in one readable piece."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from perfmagic.analysis.analysis import Analysis, analyse
from perfmagic.analysis.assumptions import unknown_lines
from perfmagic.comparing import rerunnable
from perfmagic.comparing.asking import Strategy, ask
from perfmagic.comparing.assemble import assemble
from perfmagic.comparing.compiling import compiled
from perfmagic.comparing.disturbance import disturbances
from perfmagic.comparing.judging import Judge
from perfmagic.comparing.ledger import Entry, Ledger, error_info
from perfmagic.comparing.measurement import Measurement
from perfmagic.comparing.measuring import measure
from perfmagic.comparing.once import run_once
from perfmagic.comparing.rerunnable import Obstacle
from perfmagic.comparing.trial import Trial, plain_data
from perfmagic.errors import PerfmagicError, RunError, UsageError
from perfmagic.model.cell import Cell
from perfmagic.model.comparison import Comparison
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
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

MORE_MEMORY = "free memory, or run the cell on less data"


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
    UsageError
        If an option names lines that the cell has not; nothing was run.
    """
    numpy_random()
    wrong = unknown_lines(cell, setting.options)
    if wrong is not None:
        raise UsageError(wrong)
    analysis = analyse(cell, setting.host.namespace)
    ledger = _ledger(analysis, setting)
    programs = compiled(cell, ledger, setting.host)
    trial = _trial(analysis, ledger, setting)
    error: BaseException | None = None
    try:
        await _runs(analysis, ledger, programs, trial, setting)
    except (KeyboardInterrupt, asyncio.CancelledError) as raised:
        if not setting.interrupt.hit:
            raise
        error, ledger.interrupted = setting.interrupt.stopped(raised), True
    finally:
        _finish(trial, ledger)
    with setting.interrupt.shielded():
        return _result(cell, ledger, setting, trial.committed, error, tuple(programs.values()))


def _finish(trial: Trial, ledger: Ledger) -> None:
    try:
        trial.finish()
    except RunError as failure:
        ledger.doubt("candidates", str(failure))


async def _runs(
    analysis: Analysis, ledger: Ledger, programs: dict[str, Program], trial: Trial, setting: Setting
) -> None:
    """Make all runs."""
    plans = ledger.plans()
    if setting.options.once and plans:
        await run_once(trial, ledger, plans[0], programs, analysis.operations)
        return
    strangers = Strangers.now(running_loop())
    obstacle = _obstacle_before(analysis, ledger, trial, setting, strangers)
    run = await _committed(ledger, trial, programs[ledger.baseline.strategy])
    if plans and obstacle is None:
        obstacle = _obstacle_after(trial, strangers, setting.options, run.outcome.error)
    if obstacle is not None:
        ledger.skip(plans, obstacle.reason, obstacle.hint)
    elif plans:
        try:
            await _measured(analysis, ledger, programs, trial, setting, run, strangers)
        except Exception as failure:  # noqa: BLE001 - a fault of ours must not cost the user the result of the run
            _note_failure(ledger, failure)


async def _committed(ledger: Ledger, trial: Trial, program: Program) -> Run:
    run = await trial.commit(program)
    if run.outcome.error is not None:
        ledger.baseline.error, ledger.raised = error_info(run.outcome.error), True
    if trial.interrupt.hit:
        ledger.baseline.reason = "the run was interrupted"
    trial.interrupt.check()
    ledger.committed = run.sample
    return run


def _obstacle_after(
    trial: Trial, strangers: Strangers, options: Options, error: BaseException | None
) -> Obstacle | None:
    if trial.too_large is not None:
        return Obstacle(str(trial.too_large), MORE_MEMORY)
    return _unless_asked(
        rerunnable.after_commit(error, trial.leftovers, strangers, trial.start), options, error
    )


async def _measured(
    analysis: Analysis,
    ledger: Ledger,
    programs: dict[str, Program],
    trial: Trial,
    setting: Setting,
    committed: Run,
    strangers: Strangers,
) -> None:
    deadline_s = committed.started_s + committed.sample.wall_s + setting.options.budget_s
    options = setting.options
    judge = Judge.of(
        committed.outcome,
        trial.touched,
        rtol=options.rtol,
        compares=options.verify != "off",
        allow_reorder=options.allow_reorder,
    )
    measurement = Measurement(
        analysis=analysis,
        options=options,
        trial=trial,
        judge=judge,
        ledger=ledger,
        programs=programs,
        deadline_s=deadline_s,
        order=setting.order,
    )
    with disturbances(ledger, strangers):
        await measure(measurement)
    ledger.withheld = remembered(committed.sample.wall_s, [each.wall_s for each in ledger.single_runs])
    if ledger.withheld is not None:
        ledger.doubt("candidates[0].wall_s", ledger.withheld)
    if ledger.raised:
        ledger.withheld = "the cell raises, and the time to an error is no measure of the cell"


def _ledger(analysis: Analysis, setting: Setting) -> Ledger:
    answers = [
        (name, ask(name, each, analysis, setting.options)) for name, each in setting.strategies.items()
    ]
    entries = [
        Entry(strategy=name, answer=answer, source=answer.source if isinstance(answer, Plan) else None)
        for name, answer in answers
    ]
    return Ledger(
        baseline=Entry(strategy=setting.baseline, answer=None, source=analysis.cell.source), entries=entries
    )


def _trial(analysis: Analysis, ledger: Ledger, setting: Setting) -> Trial:
    return Trial(
        runner=Runner(host=setting.host, clock=setting.clock),
        ledger=ledger,
        interrupt=setting.interrupt,
        names=analysis.effects.bound_names,
        touched=analysis.effects.touched,
    )


def _obstacle_before(
    analysis: Analysis, ledger: Ledger, trial: Trial, setting: Setting, strangers: Strangers
) -> Obstacle | None:
    """Save the start state, and return what is known before the cell ran to forbid running it again."""
    options = setting.options
    plans = [entry.answer for entry in ledger.plans() if isinstance(entry.answer, Plan)]
    if not plans:
        return None
    obstacle = rerunnable.before_commit(analysis.effects.hazards)
    if obstacle is not None and not options.rerun:
        return obstacle
    introduced = frozenset({HOOK}.union(*(plan.introduced for plan in plans)))
    try:
        trial.save_start(introduced)
        if not strangers.names():
            trial.save_also(plain_data(setting.host.namespace, analysis.effects.read_names))
    except StateTooLarge as too_large:
        return Obstacle(str(too_large), MORE_MEMORY)
    if options.rerun or trial.start is None:
        return None
    return rerunnable.after_save(trial.start, trial.touched)


def _unless_asked(
    obstacle: Obstacle | None, options: Options, error: BaseException | None
) -> Obstacle | None:
    """With ``--rerun`` only an exit still forbids a rerun: it would end the kernel from inside a task."""
    exits = error is not None and not isinstance(error, Exception)
    return obstacle if exits or not options.rerun else None


def _note_failure(ledger: Ledger, failure: Exception) -> None:
    kind = "" if isinstance(failure, PerfmagicError) else f"perfmagic failed with {type(failure).__name__}: "
    ledger.skip([each for each in ledger.plans() if not each.ran], f"{kind}{failure}", None)
    ledger.doubt("candidates", f"the comparison ended early: {kind}{failure}")


def _result(
    cell: Cell,
    ledger: Ledger,
    setting: Setting,
    run: Run | None,
    stop: BaseException | None,
    programs: tuple[Program, ...],
) -> Result:
    """Return the comparison, and how the committed run ended; a stop during a later run has no line of the cell."""
    comparison = assemble(ledger, magic=setting.magic, cell=cell, title=setting.options.title)
    error = run.outcome.error if run is not None and stop is None else stop
    ended_so = run is not None and run.outcome.error is not None
    traceback = user_traceback(run.traceback, programs) if run is not None and ended_so else None
    value = run.outcome.value if run is not None else None
    return Result(comparison=comparison, value=value, error=error, traceback=traceback)

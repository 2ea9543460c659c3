"""One cell magic, from its line to the value in ``Out``: parse, compare, show, and raise what the cell raised."""

import asyncio
import random
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, cast

from IPython.utils.text import DollarFormatter

from perfmagic.comparing.asking import Strategy, unavailable
from perfmagic.comparing.compare import Result, Setting, compare
from perfmagic.errors import CellError, PerfmagicError, UsageError
from perfmagic.magic_line import help_text, parse_options, wants_help
from perfmagic.magics.explanation import run_explanation
from perfmagic.model.comparison import Comparison
from perfmagic.model.options import Options
from perfmagic.registry import REPORTS, STRATEGIES, FragmentModule, Known, ReportModule, known, report_for
from perfmagic.reports.export import write
from perfmagic.runners.clock import SystemClock
from perfmagic.runners.interrupt import interruptible
from perfmagic.shell.host import ShellHost
from perfmagic.shell.session import Session
from perfmagic.shell.tracebacks import show_without_our_frames
from perfmagic.shell.transformer import awaits

Writer = Callable[[Comparison], None]


async def run_magic(session: Session, magic: str, line: str, body: str) -> Result | None:
    """Compare one cell, keep and show the comparison, and return how the cell ended; ``None`` if it did not run.

    A body without ``await`` never suspends, so the coroutine can be driven without an event loop.

    Raises
    ------
    UsageError
        If the line cannot be read, or another comparison runs in this shell; nothing was run.
    """
    if wants_help(line):
        print(help_text(magic))  # noqa: T201 - help goes where the cell's output goes
        return None
    options = parse_options(magic, expanded(session.shell, line), session.configuration.options())
    chosen = strategies(options)
    if options.explain:
        run_explanation(session, magic, options, chosen, body)
        return None
    writers = [_writer(path) for path in options.exports]
    if not session.idle.acquire(blocking=False):
        raise UsageError("another comparison runs in this kernel: wait for it, nothing was run")
    try:
        result = await _compared(session, options, chosen, body, writers)
    finally:
        session.idle.release()
    return result


async def _compared(
    session: Session, options: Options, chosen: dict[str, Strategy], body: str, writers: list[Writer]
) -> Result:
    host = ShellHost(session.shell)
    cell = host.cell(body)
    task = asyncio.current_task() if awaits(cell.python) else None
    with interruptible(task) as interrupt:
        setting = Setting(
            host=host,
            options=options,
            strategies=chosen,
            clock=SystemClock(),
            interrupt=interrupt,
            order=random.Random(),  # noqa: S311 - the order of runs, not a secret
        )
        result = await compare(cell, setting)
        with interrupt.shielded():
            steps: list[Writer] = [partial(_deliver, session, options), *writers]
            for deliver in steps:
                _attempt(deliver, result.comparison)
        if result.error is None:
            interrupt.check()
    return result


def conclude(shell: Any, body: str, result: Result | None) -> object:
    """Raise what the cell raised, or return the value that the shell shows: ``None`` after a semicolon."""
    if result is None:
        return None
    if result.error is not None:
        show_without_our_frames(shell, result.error, result.traceback)
        raise result.error.with_traceback(result.traceback)
    if shell.displayhook.semicolon_at_end_of_expression(body):
        return None
    return result.value


def drive(coroutine: Coroutine[object, object, Result | None]) -> Result | None:
    """Run a coroutine that never suspends, as that of a body without ``await``."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: Result | None = end.value
        return result
    coroutine.close()
    raise CellError("the cell suspended although nothing in it awaits: report the cell as a bug of perfmagic")


def expanded(shell: Any, line: str) -> str:
    """Put the user's variables into the line, as every magic does for ``{name}`` and ``$name``."""
    if "{" not in line and "$" not in line:
        return line
    try:
        text: str = DollarFormatter().vformat(line, args=[], kwargs=shell.user_ns.copy())
    except Exception:  # noqa: BLE001 - IPython leaves a line alone that it cannot expand, and so do we
        return line
    return text


def strategies(options: Options) -> dict[str, Strategy]:
    """Return the strategies that the options ask for, by name."""
    table = known(STRATEGIES)
    names = options.strategies or tuple(table.points)
    return {name: _loaded(table, name) for name in names}


def _loaded(table: Known, name: str) -> Strategy:
    """Return a strategy; one of another package that cannot be imported refuses every cell, and says why."""
    try:
        return cast("Strategy", table.load(name))
    except UsageError:
        raise
    except (Exception, SystemExit) as failure:  # noqa: BLE001 - importing runs the code of other packages
        return unavailable(name, failure)


def _writer(path: Path) -> Writer:
    """Return what writes a comparison to the file; what is known to fail fails now, before the cell runs."""
    render = report_for(path)
    if not path.absolute().parent.is_dir():
        message = f"--export {path}: there is no folder {path.absolute().parent}; make it first"
        raise UsageError(message)
    return partial(write, path=path, replace=True, render=render)


def _attempt(step: Writer, comparison: Comparison) -> None:
    """Do one thing with a comparison; if it fails, say so, and let the user's value through all the same."""
    try:
        step(comparison)
    except Exception as failure:  # noqa: BLE001 - a fault of ours must not cost the user the result of the cell
        kind = "" if isinstance(failure, PerfmagicError) else f"{type(failure).__name__}: "
        print(f"perfmagic: {kind}{failure}", file=sys.stderr)  # noqa: T201 - beside the cell's own output


def _deliver(session: Session, options: Options, comparison: Comparison) -> None:
    """Keep the comparison, store it where the user asked, and show it."""
    session.last = comparison
    if options.output is not None:
        session.shell.user_ns[options.output] = comparison
    if not options.quiet:
        show(session.shell, comparison)


def show(shell: Any, comparison: Comparison) -> None:
    """Show a comparison: a table in a notebook, the same numbers as text in a terminal."""
    reports = known(REPORTS)
    text = cast("ReportModule", reports.load("text")).render(comparison)
    html = cast("FragmentModule", reports.load("html")).fragment(comparison)
    shell.display_pub.publish({"text/plain": text, "text/html": html}, {})

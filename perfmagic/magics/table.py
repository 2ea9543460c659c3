"""The magics that loading the extension registers. The machinery behind them is imported when one is first used."""

from collections.abc import Callable
from typing import Any, cast

from IPython.core.magic import no_var_expand

from perfmagic.errors import UsageError
from perfmagic.magic_line import SUMMARIES, flags_of, help_text, wants_explanation, wants_help
from perfmagic.shell.session import Session
from perfmagic.shell.transformer import awaits

CELL_MAGICS = tuple(SUMMARIES)
LINE_COMMANDS = ("show", "export", "apply")


def cell_magic(session: Session, name: str) -> Callable[[str, str], object]:
    """Return the handler of a cell whose body does not await, or that cannot be awaited here."""

    def handler(line: str, cell: str) -> object:
        runs = not (wants_help(line) or wants_explanation(line))
        if runs and awaits(session.shell.transform_cell(cell)):
            raise UsageError(_cannot_await(session.shell, name))
        from perfmagic.magics.cell_magic import conclude, drive, run_magic  # noqa: PLC0415 - heavy, on first use

        return conclude(session.shell, cell, drive(run_magic(session, name, line, cell)))

    handler.__doc__ = help_text(name)
    # The line is expanded by us, once, in both ways that lead to a run.
    return cast("Callable[[str, str], object]", no_var_expand(handler))


def awaited_magic(session: Session) -> Callable[[str, str, str], Any]:
    """Return the coroutine function that the rewritten text of an awaiting cell calls."""

    async def handler(name: str, line: str, cell: str) -> object:
        from perfmagic.magics.capture import run_captured  # noqa: PLC0415 - heavy, on first use
        from perfmagic.magics.cell_magic import conclude, run_magic  # noqa: PLC0415 - heavy, on first use

        __tracebackhide__ = True
        if name == "capture":
            await run_captured(session.shell, line, cell)
            return None
        return conclude(session.shell, cell, await run_magic(session, name, line, cell))

    return handler


def line_help(name: str) -> Callable[[str], None]:
    """Return the line magic of the same name: it explains the cell magic."""

    def handler(line: str) -> None:
        if not wants_help(line):
            raise UsageError(
                f"%%{name} goes above a cell: write %%{name} on its first line, or %%{name} --help for help"
            )
        print(help_text(name))  # noqa: T201 - help goes where the cell's output goes

    handler.__doc__ = help_text(name)
    return handler


def line_magic(session: Session) -> Callable[[str], None]:
    """Return ``%perfmagic``."""

    def handler(line: str) -> None:
        """Show, export or apply the newest comparison: %perfmagic show | export PATH [--force] | apply STRATEGY."""
        from perfmagic.magics.line_magic import run_line_magic  # noqa: PLC0415 - heavy, on first use

        run_line_magic(session, line)

    return handler


def completer(_shell: Any, event: Any) -> list[str]:
    """Complete options after a cell magic and commands after ``%perfmagic``; IPython calls it as a hook."""
    words = event.line.lstrip("%").split()
    name = words[0] if words else ""
    if name == "perfmagic":
        return [*LINE_COMMANDS, "--force"] if "export" in words else list(LINE_COMMANDS)
    return list(flags_of(name)) if name in CELL_MAGICS else []


def _cannot_await(shell: Any, name: str) -> str:
    if not shell.autoawait:
        return f"the cell awaits and %autoawait is off, so %%{name} cannot run it: turn it on with %autoawait True"
    return (
        f"the cell awaits, and here %%{name} is not called on an asyncio loop that could run it: "
        f"make %%{name} the first line of the cell, and use %autoawait asyncio"
    )

"""``%perfmagic``: what can be done with the newest comparison afterwards."""

import difflib
from pathlib import Path

from perfmagic.errors import UsageError
from perfmagic.magic_line import split
from perfmagic.magics.cell_magic import expanded, show
from perfmagic.model.comparison import CandidateStatus, Comparison
from perfmagic.registry import report_for
from perfmagic.reports.export import write
from perfmagic.shell.session import Session

HELP = """%perfmagic show                    show the newest comparison again
%perfmagic export PATH [--force]   write it; .json .md .csv .html .txt by suffix; an existing file needs --force
%perfmagic apply STRATEGY          put the changed code of a strategy into a new cell"""


def run_line_magic(session: Session, line: str) -> None:
    """Run one ``%perfmagic`` line.

    Raises
    ------
    UsageError
        For an unknown command, or if nothing was compared yet.
    """
    words = split(expanded(session.shell, line))
    if not words or words[0] in {"help", "--help", "-h"}:
        print(HELP)  # noqa: T201 - help goes where the cell's output goes
        return
    command, rest = words[0], words[1:]
    commands = {"show": _show, "export": _export, "apply": _apply}
    if command not in commands:
        near = difflib.get_close_matches(command, commands, n=1)
        hint = f"did you mean {near[0]}?" if near else "there are show, export and apply"
        message = f"%perfmagic does not know {command!r}: {hint}"
        raise UsageError(message)
    if session.last is None:
        raise UsageError("nothing was compared yet: put %%concurrent above a cell and run it")
    commands[command](session, session.last, rest)


def _show(session: Session, comparison: Comparison, rest: list[str]) -> None:
    if rest:
        message = f"%perfmagic show takes nothing more, not {rest[0]!r}"
        raise UsageError(message)
    show(session.shell, comparison)


def _export(_session: Session, comparison: Comparison, rest: list[str]) -> None:
    paths = [word for word in rest if word != "--force"]
    if len(paths) != 1 or paths[0].startswith("-"):
        raise UsageError(
            "%perfmagic export takes one path and perhaps --force: %perfmagic export x.json --force"
        )
    destination = Path(paths[0]).expanduser()
    write(comparison, destination, replace="--force" in rest, render=report_for(destination))
    print(f"wrote {destination}")  # noqa: T201 - the answer to a command


def _apply(session: Session, comparison: Comparison, rest: list[str]) -> None:
    usable = [
        each.strategy
        for each in comparison.candidates
        if each.source is not None and each.strategy != comparison.baseline
    ]
    if len(rest) != 1 or rest[0] not in usable:
        there = f"there are: {', '.join(usable)}" if usable else "no strategy changed the cell"
        asked = (
            f"no changed code for {rest[0]!r}" if len(rest) == 1 else "%perfmagic apply takes one strategy"
        )
        raise UsageError(f"{asked}: {there}")
    candidate = comparison.candidate(rest[0])
    session.shell.set_next_input(candidate.source, replace=False)
    if candidate.status is not CandidateStatus.RAN or candidate.speedup is None:
        print(f"note: {rest[0]} was not shown to give the same result faster")  # noqa: T201 - a word with the new cell

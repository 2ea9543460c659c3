"""The command line: show a comparison that was exported as JSON, or write it in another format.

perfmagic show comparison.json [--format markdown]
perfmagic export comparison.json comparison.md [--force]
"""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from perfmagic import __version__
from perfmagic.errors import ExportError, PerfmagicError
from perfmagic.model.comparison import Comparison
from perfmagic.registry import REPORTS, ReportModule, known, report_for
from perfmagic.reports import json, text
from perfmagic.reports.export import write

_DEFAULT_COLUMNS = 80


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 1 with one line about what went wrong."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "show":
            _print(_shown(read(options.file), options.format))
        else:
            write(read(options.file), options.out, replace=options.force, render=report_for(options.out))
    except PerfmagicError as error:
        sys.stderr.write(f"perfmagic: {error}\n")
        return 1
    except BrokenPipeError:
        # The reader (head, less) had enough; the interpreter must not complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def read(path: Path) -> Comparison:
    """Return the comparison in a JSON file.

    Raises
    ------
    ExportError
        If the file cannot be read or holds no comparison; the message names it.
    """
    try:
        return json.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise ExportError(message) from error
    except (ExportError, ValueError) as error:
        message = f"{path} holds no comparison: {error}"
        raise ExportError(message) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="perfmagic",
        description="Show comparisons that perfmagic exported, or write them in another format.",
    )
    parser.add_argument("--version", action="version", version=f"perfmagic {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    show = commands.add_parser("show", help="print a comparison")
    show.add_argument("file", type=Path, metavar="FILE.json", help="a comparison exported as JSON")
    names = sorted(known(REPORTS).points)
    show.add_argument("--format", choices=names, default="text", help="one of: %(choices)s (default: text)")
    export = commands.add_parser("export", help="write a comparison in the format of the suffix")
    export.add_argument("file", type=Path, metavar="FILE.json", help="a comparison exported as JSON")
    export.add_argument(
        "out", type=Path, metavar="OUT", help="the file to write; its suffix decides the format"
    )
    export.add_argument("--force", action="store_true", help="replace OUT if it exists")
    return parser


def _shown(comparison: Comparison, name: str) -> str:
    if name != "text":
        return cast("ReportModule", known(REPORTS).load(name)).render(comparison)
    if not sys.stdout.isatty():
        return text.render(comparison)
    columns = shutil.get_terminal_size((_DEFAULT_COLUMNS, 24)).columns
    return text.render(
        comparison, columns=max(columns, _DEFAULT_COLUMNS), colour="NO_COLOR" not in os.environ
    )


def _print(report: str) -> None:
    """Write the report; a terminal that cannot show a character gets an escape in its place."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(report.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

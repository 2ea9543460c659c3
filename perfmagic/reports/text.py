"""The comparison as a table for the terminal: at most 80 columns unless told otherwise, colours only when asked."""

import difflib
import re
from collections.abc import Iterator, Sequence

from perfmagic.model.comparison import Comparison
from perfmagic.reports.columns import bar, clipped, padded, width, wrapped
from perfmagic.reports.grouping import owners_of
from perfmagic.reports.notes import Note
from perfmagic.reports.rows import Mark, Row
from perfmagic.reports.safe_text import isolated, visible, visible_lines
from perfmagic.reports.table import Code, Table, table

suffixes = (".txt",)

_GAP = "  "
_UNIT = re.compile(r"(?<=\d) (?=[%A-Za-z])")
_TIED = "\0"
"""Stands for a space at which no line may end; no text that is shown holds it."""
_NAME_COLUMNS = 20
_NAMES_COLUMNS = 60
_CELL_COLUMNS = 30
_DETAIL_COLUMNS = 400
_BAR_COLUMNS = 40
_SHORT_SOURCE = 12
_COLOURS = {Mark.WRONG: "\x1b[1;31m", Mark.WINNER: "\x1b[1;32m", Mark.MUTED: "\x1b[2m"}
_RESET = "\x1b[0m"


def render(comparison: Comparison, *, columns: int = 80, colour: bool = False) -> str:
    """Return the report as text, ending with a newline."""
    found = table(comparison)
    parts = [
        _paragraphs([found.headline, found.caption], columns),
        _grid(found, columns, colour=colour),
        _bars(found.rows, columns),
        [*_hidden(found, columns), *_notes(found.findings, columns)],
        [] if found.code is None else _code(found.code),
        [*_notes(found.notes, columns), *_hanging(_harmless(found.environment), columns)],
    ]
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def _paragraphs(texts: Sequence[str], columns: int) -> list[str]:
    return [line for text in texts for line in wrapped(_harmless(text), columns)]


def _harmless(text: str) -> str:
    return isolated(clipped(visible(text), _DETAIL_COLUMNS))


def _grid(found: Table, columns: int, *, colour: bool) -> list[str]:
    widths = _widths(found)
    shown = _fitting(widths, columns)
    lines = [_line(found.columns, widths[:shown])]
    for row in found.rows:
        body = [_line(_cells(row), widths[:shown])]
        for detail in row.details:
            body += wrapped(_harmless(detail), columns, indent="    ")
        lines += [_painted(line, row.mark) for line in body] if colour else body
    return lines


def _hidden(found: Table, columns: int) -> Iterator[str]:
    """Yield the columns for which the table has no room; each value once, behind all that have it."""
    widths = _widths(found)
    for hidden in range(_fitting(widths, columns), len(widths)):
        known = owners_of((_cells(row)[0], row.cells[hidden]) for row in found.rows if row.cells[hidden])
        told = [f"{', '.join(names)} {cell}" for cell, names in known.items()]
        comma = "; " if any(", " in each for each in told) else ", "
        yield from _hanging(f"{found.columns[hidden]}: {comma.join(told)}", columns)


def _cells(row: Row) -> tuple[str, ...]:
    room = _NAMES_COLUMNS if _bare(row) else _NAME_COLUMNS
    name = isolated(clipped(visible(row.strategy), room))
    return (name, *(clipped(visible(each), _CELL_COLUMNS) for each in row.cells[1:]))


def _bare(row: Row) -> bool:
    """Whether a row has no numbers that would have to stand below those of others."""
    return not any(row.cells[2:])


def _widths(found: Table) -> list[int]:
    lines = [found.columns, *(_cells(row) for row in found.rows if not _bare(row))]
    return [max(width(line[i]) for line in lines) for i in range(len(found.columns))]


def _fitting(widths: Sequence[int], columns: int) -> int:
    """Return how many columns of the table fit, from the left; those that do not are told below."""
    fitting = len(widths)
    while fitting > 1 and sum(widths[:fitting]) + len(_GAP) * (fitting - 1) > columns:
        fitting -= 1
    return fitting


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(padded(cell, room) for cell, room in zip(cells, widths, strict=False)).rstrip()


def _painted(line: str, mark: Mark) -> str:
    return f"{_COLOURS[mark]}{line}{_RESET}" if mark in _COLOURS else line


def _bars(rows: Sequence[Row], columns: int) -> list[str]:
    """Return the wall times as bars; one alone would say nothing."""
    drawn = [(_cells(row)[0], row.share) for row in rows if row.share is not None]
    if len(drawn) < 2:  # noqa: PLR2004
        return []
    room = max(width(name) for name, _ in drawn)
    longest = min(_BAR_COLUMNS, columns - room - len(_GAP))
    return [f"{padded(name, room)}{_GAP}{bar(share, longest)}" for name, share in drawn]


def _notes(notes: Sequence[Note], columns: int) -> list[str]:
    lines: list[str] = []
    for note in notes:
        for text in note.first:
            lines += _hanging(f"{note.title}: {_harmless(text)}", columns)
        if note.rest:
            lines += _hanging(f"{note.title}: and {len(note.rest)} more; --export x.json holds all", columns)
    return lines


def _hanging(text: str, columns: int) -> Iterator[str]:
    """Yield wrapped lines, all but the first indented; a number keeps its unit."""
    first, *rest = wrapped(_UNIT.sub(_TIED, text), columns - len(_GAP))
    yield from (line.replace(_TIED, " ") for line in (first, *(_GAP + line for line in rest)))


def _code(code: Code) -> list[str]:
    """Return the changed cell if it is short, otherwise what changed. Code is never wrapped: it would not run."""
    name = clipped(visible(code.strategy), _NAME_COLUMNS)
    after = visible_lines(code.after)
    if len(after) <= _SHORT_SOURCE:
        return [f"the cell under {name}:", "", *_indented(after)]
    changes = list(difflib.unified_diff(visible_lines(code.before), after, lineterm=""))[2:]
    return [f"what {name} changes:", "", *_indented(changes)]


def _indented(lines: Sequence[str]) -> list[str]:
    return [_GAP + line if line else "" for line in lines]

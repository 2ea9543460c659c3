"""The comparison in Markdown, as it reads in a pull request: the winner bold, the environment in a footnote."""

import re
from collections.abc import Iterator, Sequence

from perfmagic.model.comparison import Comparison
from perfmagic.reports.notes import Note
from perfmagic.reports.rows import Mark, Row
from perfmagic.reports.safe_text import visible, visible_lines
from perfmagic.reports.table import Code, Table, table

suffixes = (".md", ".markdown")

_ACTIVE = re.compile(r"[\\`*_\[\]<>#|~&@{}^]|:(?=[\w/+-])")
_BARE_ADDRESS = re.compile(r"www\.", re.IGNORECASE)


def render(comparison: Comparison) -> str:
    """Return the report as GitHub Markdown, ending with a newline."""
    found = table(comparison)
    parts = [
        _strong(found.headline),
        f"<em>{escaped(found.caption)}</em>",
        "\n".join(_table(found)),
        *_list(found.findings),
        *([_code(found.code)] if found.code else []),
        *_list(found.notes),
        f"<sub>{escaped(found.environment)}</sub>",
    ]
    return "\n\n".join(parts) + "\n"


def _list(notes: Sequence[Note]) -> list[str]:
    return ["\n".join(line for note in notes for line in _note(note))] if notes else []


def _note(note: Note) -> Iterator[str]:
    yield from (f"- {note.title}: {escaped(line)}" for line in note.first)
    if note.rest:
        yield f"- {note.title}: and {len(note.rest)} more"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is.

    Punctuation that can mean something becomes a character reference, to which no Markdown gives a meaning. Callings of people,
    links to issues and formulas are looked for in the finished page: an empty comment after ``@`` and ``#``, and an element
    around a dollar sign, prevent them.
    """
    shown = _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", visible(text))
    shown = shown.replace("&#64;", "&#64;<!-- -->").replace("&#35;", "&#35;<!-- -->")
    shown = shown.replace("$", "<span>&#36;</span>")
    return _BARE_ADDRESS.sub(lambda match: match[0][:3] + "&#46;", shown)


def _strong(text: str) -> str:
    inner = escaped(text).strip()
    return f"**{inner}**" if inner else ""


def _table(found: Table) -> Iterator[str]:
    yield _line(found.columns)
    yield _line("---" for _ in found.columns)
    for row in found.rows:
        yield _line(_cells(row, result=found.columns.index("result")))


def _line(cells: Iterator[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row, *, result: int) -> tuple[str, ...]:
    strong = row.mark in {Mark.WINNER, Mark.WRONG}
    cells = [_strong(each) if strong else escaped(each) for each in row.cells]
    cells[result] = "<br>".join([cells[result], *(escaped(each) for each in row.details)])
    return tuple(cells)


def _code(code: Code) -> str:
    lines = visible_lines(code.after)
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", code.after)), default=0))
    return "\n".join([f"The cell under {escaped(code.strategy)}:", "", f"{fence}python", *lines, fence])

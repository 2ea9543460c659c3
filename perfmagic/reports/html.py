"""The comparison as plain HTML: tables and text, no script, nothing to load; it reads the same in any theme."""

from collections.abc import Sequence
from html import escape

from perfmagic.model.comparison import Comparison
from perfmagic.reports.notes import Note
from perfmagic.reports.rows import Mark, Row
from perfmagic.reports.safe_text import visible, visible_lines
from perfmagic.reports.table import Code, Table, table

suffixes = (".html", ".htm")

_BADGE = "background:#b3261e;color:#fff;padding:0 .3em"
_CELL = "text-align:left;padding-right:1em"
_WHOLE = "white-space:nowrap"
"""A number and its unit stay on one line; the table scrolls where it has to."""
_BAR = "display:block;height:.3em;background:currentColor;opacity:.5;max-width:12em"
_PAGE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;padding:0 1em;max-width:68em}"
    "th,td{padding:.25em 0;border-bottom:1px solid #8885;vertical-align:top}tr.details td{border:0;font-size:.9em}"
    "caption,small{opacity:.75}pre{border:1px solid #8885;border-radius:6px;padding:1em;overflow-x:auto}"
)
"""Style of a page of its own; in a notebook the notebook's style holds."""


def render(comparison: Comparison) -> str:
    """Return a whole page."""
    return page(table(comparison).headline, fragment(comparison))


def page(title: str, body: str) -> str:
    """Return a page of its own around a fragment; the title is any text."""
    name = escape(visible(title))
    head = f'<head><meta charset="utf-8"><title>{name}</title><style>{_PAGE}</style></head>'
    return f'<!DOCTYPE html>\n<html lang="en">{head}\n<body>\n{body}</body></html>\n'


def fragment(comparison: Comparison) -> str:
    """Return the report as a piece of a page, as a notebook shows it."""
    found = table(comparison)
    # Both classes keep MathJax from reading dollar signs in somebody's strings.
    return (
        '<div class="perfmagic tex2jax_ignore mathjax_ignore">\n'
        f"<p><strong>{shown(found.headline)}</strong></p>\n"
        f"{_table(found)}{_notes(found.findings)}{_code(found.code) if found.code else ''}{_notes(found.notes)}"
        f"<p><small>{shown(found.environment)}</small></p>\n</div>\n"
    )


def shown(text: str) -> str:
    """Return text that HTML shows as it is; a dollar sign in its own element starts no formula."""
    return _inert(visible(text))


def _inert(text: str) -> str:
    return escape(text).replace("$", "<span>$</span>")


def _isolated(text: str) -> str:
    return f"<bdi>{shown(text)}</bdi>"


def _table(found: Table) -> str:
    head = "".join(f'<th scope="col" style="{_CELL}">{shown(each)}</th>' for each in found.columns)
    rows = "".join(_row(row) for row in found.rows)
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse">\n'
        f'<caption style="text-align:left">{_isolated(found.caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )


def _row(row: Row) -> str:
    cells = "".join(f'<td style="{_CELL};{_WHOLE}">{_cell(each, row.mark)}</td>' for each in row.cells[1:])
    name = f'<th scope="row" style="{_CELL}">{_cell(row.strategy, row.mark)}{_bar(row)}</th>'
    lines = f'<tr class="{row.mark}">{name}{cells}</tr>\n'
    if row.details:
        text = "<br>".join(_isolated(each) for each in row.details)
        lines += f'<tr class="{row.mark} details"><td colspan="{len(row.cells)}" style="{_CELL}">{text}</td></tr>\n'
    return lines


def _cell(text: str, mark: Mark) -> str:
    if not text or mark in {Mark.PLAIN, Mark.MUTED}:
        return _isolated(text) if text else ""
    style = f' style="{_BADGE}"' if mark is Mark.WRONG else ""
    return f"<strong{style}>{_isolated(text)}</strong>"


def _bar(row: Row) -> str:
    if row.share is None:
        return ""
    return f'<span aria-hidden="true" style="{_BAR};width:{12 * row.share:.2f}em"></span>'


def _notes(notes: Sequence[Note]) -> str:
    return f"<ul>\n{''.join(map(_note, notes))}</ul>\n" if notes else ""


def _note(note: Note) -> str:
    shown_at_once = _items(note, note.first)
    if not note.rest:
        return shown_at_once
    summary = f"<summary>{note.title}: {len(note.rest)} more</summary>"
    return f"{shown_at_once}<li><details>{summary}<ul>\n{_items(note, note.rest)}</ul></details></li>\n"


def _items(note: Note, lines: Sequence[str]) -> str:
    return "".join(f"<li>{note.title}: {_isolated(line)}</li>\n" for line in lines)


def _code(code: Code) -> str:
    source = "\n".join(_inert(line) for line in visible_lines(code.after))
    return f"<p>The cell under {_isolated(code.strategy)}:</p>\n<pre><code>{source}</code></pre>\n"

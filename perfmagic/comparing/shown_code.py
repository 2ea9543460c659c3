"""Code of a cell on one line, as a picture or a table shows it."""

import ast

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.statements import COMPOUND

LONGEST = 200
"""Characters at most; every report clips further to the room that it has."""


def head_of(analysis: Analysis, node: ast.stmt | ast.ExceptHandler) -> str:
    """Return a simple statement, or the head of a compound one."""
    if isinstance(node, (*COMPOUND, ast.ExceptHandler)):
        row = _rows(analysis)[node.lineno - 1].encode()[node.col_offset :].decode(errors="replace").strip()
        return row[:LONGEST]
    return line_of(analysis, node)


def line_of(analysis: Analysis, node: ast.stmt | ast.expr) -> str:
    """Return the code of a node with its lines joined; what IPython alone reads is shown as the user wrote it."""
    rows = _rows(analysis)[node.lineno - 1 : node.end_lineno]
    written = _as_written(analysis, node)
    if written is not None:
        return written[:LONGEST]
    if len(rows) == 1:
        rows[0] = rows[0].encode()[: node.end_col_offset].decode(errors="replace")
    rows[0] = rows[0].encode()[node.col_offset :].decode(errors="replace")
    return " ".join(each.strip() for each in rows)[:LONGEST]


def _rows(analysis: Analysis) -> list[str]:
    return analysis.cell.python.split("\n")


def _as_written(analysis: Analysis, node: ast.stmt | ast.expr) -> str | None:
    """Return the user's line where the shell turned it into other code, as far as the lines match."""
    source = analysis.cell.source
    if source == analysis.cell.python:
        return None
    written, rows = source.rstrip("\n").split("\n"), analysis.cell.python.rstrip("\n").split("\n")
    if len(written) != len(rows) or written[node.lineno - 1] == rows[node.lineno - 1]:
        return None
    return written[node.lineno - 1].strip()

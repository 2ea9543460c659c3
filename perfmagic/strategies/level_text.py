"""What gather and taskgroup write alike: the statements that move above a level, and comments inside an ``await``."""

import ast
import contextlib
import io
import tokenize
from collections.abc import Sequence

from perfmagic.analysis.edits import INDENT, between, string_lines
from perfmagic.analysis.statements import Operation
from perfmagic.model.plan import Edit
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.levels import Level
from perfmagic.strategies.ordering import Ordering


def lift(made: Draft, order: Ordering, level: Level) -> list[str]:
    """Take the level's lifted statements out of their places; return their lines, with the comments right above them."""
    rows = made.text.split("\n")
    lines: list[str] = []
    for index in level.lifted:
        last = order.block.statements[index].lineno
        first = last
        while first > 1 and rows[first - 2].lstrip().startswith("#"):
            first -= 1
        lines.extend(row.strip(" \t\f") for row in rows[first - 1 : last])
        made.edits.append(Edit(start=(first, 0), end=(last + 1, 0), text=""))
    return lines


def comments_around(operation: Operation, text: str) -> list[str]:
    """Return the comments between an ``await`` with its parentheses and what it awaits."""
    node, inner = operation.node, operation.expression
    if node is inner:
        return []
    before = between(text, _start(node), _start(inner))
    after = between(text, _end(inner), _end(node))
    return [*_comments(before), *_comments(after)]


def indented(rows: Sequence[str]) -> str:
    """Return the rows one level further in; lines that begin inside a string stay as they are."""
    text = "\n".join(rows)
    kept = string_lines(text)
    numbered = enumerate(text.split("\n"), start=1)
    return "\n".join(row if number in kept or not row else f"{INDENT}{row}" for number, row in numbered)


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _comments(text: str) -> list[str]:
    """Return the comments of a piece of code that holds nothing but white space, brackets and words."""
    found: list[str] = []
    with contextlib.suppress(
        tokenize.TokenError, IndentationError, SyntaxError
    ):  # it may end inside brackets
        for token in tokenize.generate_tokens(io.StringIO(f"{text}\n").readline):
            if token.type == tokenize.COMMENT:
                found.append(token.string)  # noqa: PERF401 - what was found before the end must be kept
    return found

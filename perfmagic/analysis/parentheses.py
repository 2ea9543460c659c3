"""The text of an expression as it may stand in another place, and the parentheses that belong to it.

Positions of `ast` leave the parentheses around an expression out, so a text that moves may need new ones: ``await`` binds
tighter than everything but calls, attributes, subscripts and what brackets enclose.
The Python Language Reference, section 6.17, *Operator precedence*.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping

from perfmagic.analysis.edits import between, replace, segment, string_lines
from perfmagic.model.plan import Edit

PRIMARIES = (
    ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.JoinedStr, ast.List, ast.Set, ast.Dict,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
"""Expressions that bind at least as tightly as ``await``."""

LOOSE = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Starred)
"""Expressions that mean something else, or nothing, as an argument without parentheses."""

OPENING, CLOSING = "([{", ")]}"
BLANK = r"(?:[ \t\f\n]|\\\n|#[^\n]*\n)*"
OPENED = re.compile(rf"{BLANK}\(")
GROUPING = re.compile(rb"[=+\-*/%<>|&^~,:\[{(]\s*$")
"""What stands before a parenthesis that groups, as far as one line tells: behind a name it calls."""
CLOSED = re.compile(rf"(?:{BLANK}\))*")


def awaited(node: ast.expr, text: str, replacements: Mapping[ast.expr, str] | None = None) -> str:
    """Return the expression as it may stand behind ``await``, with some nodes in it replaced."""
    own = segment(text, node, replacements)
    return own if isinstance(node, PRIMARIES) and "\n" not in own else f"({own})"


def returned(node: ast.expr, text: str) -> str:
    """Return the expression as it may stand among others behind ``return``."""
    own = segment(text, node)
    return f"({own})" if "\n" in own or isinstance(node, (*LOOSE, ast.Lambda)) else own


def argument(node: ast.expr, own: str) -> str:
    """Return the expression's text ``own`` as it may stand among the arguments of a call, or in a list."""
    return f"({own})" if isinstance(node, LOOSE) else own


def without_margin(own: str, node: ast.expr, text: str) -> str:
    """Return the text ``own``, taken from a node, as it stands in lines without the indentation of the node's line."""
    line = text.split("\n")[node.lineno - 1]
    margin = line[: len(line) - len(line.lstrip())]
    kept = string_lines(own)
    rows = enumerate(own.split("\n"), start=1)
    return "\n".join(row if number in kept else row.removeprefix(margin) for number, row in rows)


def target(node: ast.expr, text: str) -> str:
    """Return a target as it may stand beside others."""
    own = segment(text, node)
    return own if isinstance(node, ast.Name) or encloses(own) else f"({own})"


def binds_tighter(statement: ast.AST, node: ast.expr) -> bool:
    """Whether the code around a node takes part of it for itself when ``await`` is put before: ``f(1).rows``."""
    for each in ast.walk(statement):
        inner = each.func if isinstance(each, ast.Call) else getattr(each, "value", None)
        if inner is node:
            return isinstance(each, ast.Attribute | ast.Subscript | ast.Call | ast.Await)
    return False


def in_place(node: ast.expr, new: str, text: str) -> Edit:
    """Return the edit that puts a name, or a call, in the place of a node and of the parentheses that only it needed."""
    rows = text.split("\n")
    first, last = rows[node.lineno - 1].encode(), rows[(node.end_lineno or node.lineno) - 1].encode()
    before, after = first[: node.col_offset], last[node.end_col_offset or 0 :]
    alone = before.endswith(b"(") and after.startswith(b")") and not after[1:].lstrip().startswith(b"(")
    if not (alone and GROUPING.search(before[:-1])):
        return replace(node, new)
    start = (node.lineno, node.col_offset - 1)
    return Edit(start=start, end=(node.end_lineno or node.lineno, (node.end_col_offset or 0) + 1), text=new)


def encloses(text: str) -> bool:
    """Whether the first bracket of a text closes at its end."""
    tokens = list(_tokens(text))
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.string in OPENING) - (token.string in CLOSING)
        if depth == 0:
            return index == len(tokens) - 1 and index > 0
    return False


def arguments_of(call: ast.Call, text: str, replacements: Mapping[ast.expr, str] | None = None) -> str:
    """Return the text between the parentheses of a call, without a trailing comma, with some nodes in it replaced."""
    if len(call.args) == 1 and not call.keywords and isinstance(call.args[0], ast.GeneratorExp):
        # Its own parentheses may be those of the call, and count as its own.
        return segment(text, call.args[0], replacements)
    start = after_parentheses((call.func.end_lineno or 1, call.func.end_col_offset or 0), text)
    end = (call.end_lineno or 1, (call.end_col_offset or 1) - 1)
    edits = [replace(each, new) for each, new in (replacements or {}).items()]
    inner = [each for each in edits if start <= each.start and each.end <= end]
    inside = _past(OPENED, between(text, start, end, inner))
    # Behind a comment the line must end, so the layout stays.
    return inside if "#" in inside else inside.strip().removesuffix(",").rstrip()


def after_parentheses(end: tuple[int, int], text: str) -> tuple[int, int]:
    """Return the position behind the closing parentheses that follow a position."""
    rest = between(text, end, (text.count("\n") + 1, len(text.rsplit("\n", maxsplit=1)[-1].encode())))
    skipped = rest[: len(rest) - len(_past(CLOSED, rest))]
    rows = skipped.split("\n")
    return end[0] + len(rows) - 1, len(rows[-1].encode()) + (end[1] if len(rows) == 1 else 0)


def _past(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return text[found.end() :] if found is not None else text


def before_parentheses(start: tuple[int, int], text: str) -> tuple[int, int]:
    """Return the position before the opening parentheses on the same line that precede a position."""
    line = text.split("\n")[start[0] - 1].encode()
    column = start[1]
    while line[:column].rstrip().endswith(b"("):
        column = len(line[:column].rstrip()) - 1
    return start[0], column


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens that mean something, until the text stops being readable by itself."""
    skipped = {
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.COMMENT,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type not in skipped:
                yield token
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return

"""What a rewrite must leave in the text: comments, strings, blank lines, IPython's lines, line ends, untouched statements."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator

from tests.property.ipython_text import IPYTHON_LINE, python_of

COMPOUND = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match, ast.FunctionDef,
    ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip
STRINGS = tuple(getattr(tokenize, each) for each in ("STRING", "FSTRING_START") if hasattr(tokenize, each))


def missing(source: str, rewritten: str) -> Iterator[str]:
    """Yield what the rewritten text has lost, each in a few words."""
    before, after = python_of(source), python_of(rewritten)
    yield from _fewer("comment", comments(before), comments(after))
    yield from _fewer("string", strings(before), strings(after))
    yield from _fewer("statement", quiet_statements(before), quiet_statements(after))
    yield from _fewer("IPython line", ipython_lines(source), ipython_lines(rewritten))
    after += "" if source.endswith("\n") else "\n"
    if blank_lines(after) < blank_lines(before):
        yield f"blank lines: {blank_lines(before)} before, {blank_lines(after)} after"
    if "\r\n" in source and re.search(r"(?<!\r)\n", rewritten) and not re.search(r"(?<!\r)\n", source):
        yield "line ends: \\r\\n before, \\n after"
    if "\r" in rewritten and "\r" not in source:
        yield "line ends: \\n before, \\r after"


def comments(python: str) -> Counter[str]:
    """Return the comments of a text."""
    return Counter(each.string.rstrip() for each in _tokens(python) if each.type == tokenize.COMMENT)


def strings(python: str) -> Counter[str]:
    """Return the string literals of a text as written, of formatted ones the way they begin."""
    return Counter(each.string for each in _tokens(python) if each.type in STRINGS)


def quiet_statements(python: str) -> Counter[str]:
    """Return the statements of one line that wait for nothing, by their trees; of assignments the value, for they may move."""
    return Counter(
        ast.dump(each.value if isinstance(each, ast.Assign) else each)
        for each in ast.walk(ast.parse(python))
        if isinstance(each, ast.stmt) and not isinstance(each, COMPOUND) and not _may_wait(each)
    )


def ipython_lines(source: str) -> Counter[str]:
    """Return the lines in IPython's own syntax."""
    return Counter(each.strip() for each in source.splitlines() if IPYTHON_LINE.match(each))


def blank_lines(python: str) -> int:
    """Return how many lines are blank."""
    return sum(not each.strip() for each in python.splitlines())


def _may_wait(statement: ast.stmt) -> bool:
    waits = (ast.Await, ast.comprehension, ast.Call)
    return any(isinstance(each, waits) for each in ast.walk(statement) if not _is_print(each))


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _tokens(python: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(python, newline="").readline)


def _fewer(what: str, before: Counter[str], after: Counter[str]) -> Iterator[str]:
    for each in before - after:
        yield f"{what} {each!r}: {before[each]} before, {after[each]} after"

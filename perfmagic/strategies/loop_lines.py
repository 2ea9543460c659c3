"""Lines of a loop that move: out of it, into a function, or out of a ``with`` statement."""

import ast
from collections.abc import Sequence

from perfmagic.analysis.edits import INDENT, Insertion, between, indent_of, replace, segment, string_lines
from perfmagic.analysis.loop_forms import Comprehension, FanOut
from perfmagic.analysis.parentheses import after_parentheses, before_parentheses, in_place
from perfmagic.analysis.statements import Operation
from perfmagic.model.plan import Edit
from perfmagic.strategies.draft import Draft


def indented(rows: Sequence[str]) -> list[str]:
    """Return rows one level further in, lines inside strings as they are."""
    text = "\n".join(rows)
    kept = string_lines(text)
    return [
        row if number in kept or not row else f"{INDENT}{row}"
        for number, row in enumerate(text.split("\n"), start=1)
    ]


def dedented(text: str, first: int, end: int, margin: str) -> list[str]:
    """Return the lines of a text from one to before another, without a margin."""
    kept = string_lines(text)
    rows = text.split("\n")[first - 1 : end - 1]
    return [
        row if number in kept else row.removeprefix(margin) for number, row in enumerate(rows, start=first)
    ]


def head_lines(fan: FanOut, text: str) -> list[str]:
    """Return the lines of the head, comments included, without their indentation."""
    if not fan.head:
        return []
    return dedented(text, fan.head[0].lineno, fan.end, " " * fan.head[0].col_offset)


def depth_of(fan: FanOut) -> str:
    """Return the white space by which the head's last line stands inside it."""
    return " " * (fan.sunk[0].col_offset - fan.head[0].col_offset) if fan.sunk else ""


def take_results(made: Draft, fan: FanOut, lines: Sequence[str], results: Sequence[Edit]) -> None:
    """Put lines and results in the place of the head and of the last operations."""
    made.edits.extend(results)
    if not fan.head:
        if lines and fan.last is not None:
            made.before(fan.last, lines)
        return
    first, end = fan.head[0].lineno, fan.end
    indent = indent_of(fan.head[0], made.text)
    made.edits.append(Edit(start=(first, 0), end=(end, 0), text=""))
    anchor = end if fan.last is not None or fan.sunk else first
    if lines:
        made.insertions.append(Insertion(line=anchor, side="before", lines=tuple(lines), indent=indent))
    if fan.sunk:
        shift = len(depth_of(fan))
        kept = string_lines(made.text)
        rows = range(end, (fan.around[0].end_lineno or end) + 1)
        made.edits.extend(Edit(start=(row, 0), end=(row, shift), text="") for row in rows if row not in kept)


def stays_empty(fan: FanOut) -> bool:
    """Whether nothing of the body is left when its head is gone."""
    assert isinstance(fan.loop, ast.For | ast.AsyncFor)
    return fan.last is None and not fan.sunk and fan.head[-1] is fan.loop.body[-1]


def header(loop: ast.For | ast.AsyncFor | ast.comprehension, targets: str, items: str, text: str) -> Edit:
    """Return the edit that makes a loop go over the items together with their results."""
    start = before_parentheses((loop.target.lineno, loop.target.col_offset), text)
    end = (loop.iter.end_lineno or loop.iter.lineno, loop.iter.end_col_offset or loop.iter.col_offset)
    return Edit(start=start, end=after_parentheses(end, text), text=f"{targets} in {items}")


def results_taken(operations: Sequence[Operation], results: Sequence[str], text: str) -> list[Edit]:
    """Return the edits that put results in the place of operations; an ``await`` keeps the parentheses around it."""
    return [
        replace(each.node, new) if new.startswith("await ") else in_place(each.node, new, text)
        for each, new in zip(operations, results, strict=True)
    ]


def generators(loop: Comprehension, text: str, items: str | None = None) -> str:
    """Return the text of a comprehension from its first ``for`` on, with another name for its items if there is one."""
    element = loop.value if isinstance(loop, ast.DictComp) else loop.elt
    start = (element.end_lineno or element.lineno, element.end_col_offset or element.col_offset)
    end = (loop.end_lineno or loop.lineno, (loop.end_col_offset or 1) - 1)
    named = [] if items is None else [replace(loop.generators[0].iter, items)]
    inside = between(text, after_parentheses(start, text), end, named).lstrip()
    return inside if "#" in inside else inside.rstrip()


def condition(test: ast.expr, text: str, *, outcome: bool) -> str:
    """Return a condition, or its opposite, as it may stand behind the ``if`` of a comprehension."""
    if not outcome and isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return condition(test.operand, text, outcome=True)
    own = segment(text, test)
    loose = isinstance(test, ast.IfExp | ast.Lambda | ast.NamedExpr) or "\n" in own
    if outcome:
        return f"({own})" if loose else own
    return f"not ({own})" if loose or isinstance(test, ast.BoolOp) else f"not {own}"

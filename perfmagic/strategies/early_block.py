"""Writes the code of a block whose operations start early; tasks and threads share it and differ in their `Style`."""

import ast
from collections.abc import Mapping, Sequence
from typing import Protocol

from perfmagic.analysis.edits import INDENT, replace, segment
from perfmagic.model.plan import Edit
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import Ordering
from perfmagic.strategies.start_early import Start, starts


class Style(Protocol):
    """How a strategy writes a started operation."""

    suffix: str
    helper: str
    """Keyword and prefix of a helper's definition: ``async def`` or ``def``."""

    def create(self, name: str, expression: ast.expr, text: str, helper: str | None) -> str:
        """Return the statement that starts an operation."""
        ...

    def take(self, name: str) -> str:
        """Return the expression that waits for a started operation."""
        ...

    def body(self, text: str) -> str:
        """Return the expression that does the operation inside a helper."""
        ...

    def replaced(self, start: Start, name: str) -> Edit:
        """Return the edit that takes the result where the operation stood."""
        ...

    def added(self, name: str) -> list[str]:
        """Return the lines that note an operation started after the region began."""
        ...

    def opening(self, names: Sequence[str]) -> tuple[list[str], bool]:
        """Return the lines before the region, and whether the first starts belong inside it."""
        ...

    def closing(self) -> list[str]:
        """Return the lines after the region."""
        ...


def rewrite_block(draft: Draft, order: Ordering, style: Style) -> bool:
    """Start what can be started early in one block; whether anything was changed."""
    found = starts(order)
    statements = order.block.statements
    if not found:
        return False
    first, last = min(each.position for each in found), max(each.step.statement for each in found)
    edges = [statements[each] for each in {first, last, *(start.position for start in found)}]
    if not draft.alone(edges) or not _within_limit(draft, found):
        return False
    names = {
        each.step.index: draft.names.new(f"{stem(each.operation.label)}_{style.suffix}") for each in found
    }
    _open(draft, statements[first], [each for each in found if each.position == first], names, style)
    for start in found:
        draft.edits.append(style.replaced(start, names[start.step.index]))
        if start.position != first:
            lines = [*_creation(draft, start, names, style), *style.added(names[start.step.index])]
            draft.before(statements[start.position], lines, inside=True)
    draft.region(statements[first], statements[last])
    shown = _shown_value(draft, order, statements[last])
    draft.after(statements[last], [*style.closing(), *shown])
    draft.in_flight = max(draft.in_flight, len(found) + 1)
    draft.orderings.append(order)
    return True


def _within_limit(draft: Draft, found: Sequence[Start]) -> bool:
    count = len(found) + 1
    if count <= draft.options.limit:
        return True
    line = found[0].operation.lines[0]
    draft.refuse(
        "limit",
        f"{count} operations from line {line} on would be in flight at once, more than the limit of {draft.options.limit}",
        (line, found[-1].operation.lines[1]),
        f"--limit {count}",
    )
    return False


def _open(
    draft: Draft, statement: ast.stmt, found: Sequence[Start], names: Mapping[int, str], style: Style
) -> None:
    created = [line for start in found for line in _creation(draft, start, names, style)]
    opening, inside = style.opening([names[each.step.index] for each in found])
    if inside:
        draft.before(
            statement,
            [*opening, *(f"{INDENT}{line}" if line else "" for row in created for line in row.split("\n"))],
        )
    else:
        draft.before(statement, [*created, *opening])


def _creation(draft: Draft, start: Start, names: Mapping[int, str], style: Style) -> list[str]:
    """Return the statements that start one operation, its helper first if it needs one."""
    expression = start.operation.expression
    text = segment(draft.text, expression)
    name = names[start.step.index]
    if not start.wrapped:
        return [style.create(name, expression, text, None)]
    helper = draft.names.new(f"get_{stem(start.operation.label).removeprefix('get_')}")
    inputs = [f"{INDENT}{key} = {style.take(names[index])}" for key, index in start.inputs.items()]
    return [
        f"{style.helper} {helper}():",
        *inputs,
        f"{INDENT}return {style.body(text)}",
        "",
        style.create(name, expression, text, helper),
    ]


def _shown_value(draft: Draft, order: Ordering, last: ast.stmt) -> list[str]:
    """Keep the value of a cell's last expression shown although it now stands inside a region."""
    if (
        order.block.kind != "module"
        or last is not order.block.statements[-1]
        or not isinstance(last, ast.Expr)
    ):
        return []
    name = draft.names.new("value")
    start = (last.lineno, last.col_offset)
    draft.edits.append(Edit(start=start, end=start, text=f"{name} = "))
    row = draft.text.split("\n")[(last.end_lineno or last.lineno) - 1].encode()
    silent = row[last.end_col_offset :].decode().split("#", 1)[0].strip() == ";"
    return [f"{name};" if silent else name]


def node_edit(node: ast.expr, text: str) -> Edit:
    """Return the edit that replaces one expression."""
    return replace(node, text)

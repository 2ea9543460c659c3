"""Writes the code of a block whose operations start early; tasks and threads share it and differ in their `Style`."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from perfmagic.analysis.edits import INDENT, Region
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.statements import Operation
from perfmagic.model.plan import Edit
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import Ordering, operation_of
from perfmagic.strategies.start_early import Start, starts

OUTSIDE = frozenset({Kind.EXTERNAL, Kind.FILE})
"""Where a reading that comes too much can be noticed."""


class Style(Protocol):
    """How a strategy writes a started operation; one value for each block."""

    suffix: str
    helper: str
    """Keyword and prefix of a helper's definition: ``async def`` or ``def``."""

    def create(self, name: str, operation: Operation, helper: str | None) -> str:
        """Return the statement that starts an operation."""
        ...

    def take(self, name: str) -> str:
        """Return the expression that waits for a started operation."""
        ...

    def body(self, operation: Operation) -> str:
        """Return the expression that does the operation inside a helper."""
        ...

    def replaced(self, start: Start, name: str) -> Edit:
        """Return the edit that takes the result where the operation stood."""
        ...

    def kept(self, operation: Operation, /) -> Edit | None:
        """Return the edit of an operation that stays in its turn while others are in flight, if it needs one."""
        ...

    def added(self, name: str, operation: Operation, /) -> list[str]:
        """Return the lines that note an operation started after the region began."""
        ...

    def opening(
        self, first: Mapping[str, Operation], found: Sequence[Operation], /
    ) -> tuple[list[str], bool]:
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
    region = draft.region(statements[first], statements[last])
    _open(draft, statements[first], found, names, style, region)
    for start in found:
        draft.edits.append(style.replaced(start, names[start.step.index]))
        if start.position != first:
            added = style.added(names[start.step.index], start.operation)
            lines = [*_creation(draft, start, names, style), *added]
            draft.before(statements[start.position], lines, region=region, inside=True)
    draft.edits.extend(_kept(order, found, style))
    shown = draft.keep_value_shown(order.block, statements[last])
    closing = [*style.closing(), *shown]
    if closing:
        draft.after(statements[last], closing, region=region)
    draft.notes.extend(_beyond(draft, order, found))
    draft.orderings.append(order)
    draft.overlapped.extend(operation_of(each) for each in order.operations)
    return True


def _beyond(draft: Draft, order: Ordering, found: Sequence[Start]) -> list[str]:
    """State, once, that an operation may run which the cell as written would not have reached."""
    for start in found:
        if not any(each.kind in OUTSIDE for each in start.step.effects.reads):
            continue
        for each in order.operations:
            behind = start.position <= each.statement and each.index < start.step.index
            if behind and draft.analysis.effects.callee(operation_of(each).node).may_raise:
                first, second = each.lines[0], start.operation.lines[0]
                where = f"line {second}" if first != second else "what follows it there"
                return [
                    f"if line {first} fails, {where} may already have read what the cell as written would not have."
                ]
    return []


def _kept(order: Ordering, found: Sequence[Start], style: Style) -> Iterator[Edit]:
    """Yield the edits of the operations that stay in their turn while others are in flight."""
    started = {each.step.index for each in found}
    for step in order.operations:
        if step.index not in started and any(
            each.position <= step.statement <= each.step.statement for each in found
        ):
            edit = style.kept(operation_of(step))
            if edit is not None:
                yield edit


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
    draft: Draft,
    statement: ast.stmt,
    found: Sequence[Start],
    names: Mapping[int, str],
    style: Style,
    region: Region,
) -> None:
    position = min(each.position for each in found)
    first = [each for each in found if each.position == position]
    opening, inside = style.opening(
        {names[each.step.index]: each.operation for each in first}, [each.operation for each in found]
    )
    created = [line for start in first for line in _creation(draft, start, names, style)]
    if inside:
        created = created[1:] if created[0] == "" else created
        rows = [f"{INDENT}{row}" if row else "" for line in created for row in line.split("\n")]
        draft.before(statement, [*opening, *rows], region=region)
    else:
        draft.before(statement, [*created, *opening], region=region)


def _creation(draft: Draft, start: Start, names: Mapping[int, str], style: Style) -> list[str]:
    """Return the statements that start one operation, its helper first if it needs one."""
    name = names[start.step.index]
    if not start.wrapped:
        return [style.create(name, start.operation, None)]
    helper = draft.names.new(f"get_{stem(start.operation.label).removeprefix('get_')}")
    inputs = [f"{INDENT}{key} = {style.take(names[index])}" for key, index in start.inputs.items()]
    return [
        "",
        f"{style.helper} {helper}():",
        *inputs,
        f"{INDENT}return {style.body(start.operation)}",
        "",
        style.create(name, start.operation, helper),
    ]

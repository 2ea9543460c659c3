"""Writes the code of a block whose operations start early; tasks and threads share it and differ in their `Style`."""

import ast
from collections.abc import Iterator, Sequence

from perfmagic.analysis.edits import Region
from perfmagic.analysis.effects import Kind
from perfmagic.model.plan import Edit
from perfmagic.strategies.conditional_starts import conditional_starts
from perfmagic.strategies.creation import Creation, Style, shifted
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import Ordering, operation_of
from perfmagic.strategies.start_early import Start, starts

OUTSIDE = frozenset({Kind.EXTERNAL, Kind.FILE})
"""Where a reading that comes too much can be noticed."""


def rewrite_block(draft: Draft, order: Ordering, style: Style) -> bool:
    """Start what can be started early in one block; whether anything was changed."""
    found = [
        *starts(order, draft.started),
        *conditional_starts(draft.analysis, order, draft.options, draft.started),
    ]
    statements = order.block.statements
    if not found:
        return False
    first, last = min(each.position for each in found), max(each.step.statement for each in found)
    edges = [statements[each] for each in {first, last, *(start.position for start in found)}]
    if not draft.alone(edges) or not _within_limit(draft, found):
        return False
    names = {
        each.operation.key: draft.names.new(f"{stem(each.operation.label)}_{style.suffix}") for each in found
    }
    creation = Creation(draft, order, names, style)
    region = draft.region(statements[first], statements[last])
    at_once = [each for each in found if each.position == first and not each.conditions]
    _open(draft, statements[first], at_once, found, creation, region)
    for start in found:
        draft.edits.append(style.replaced(start, names[start.operation.key]))
    for position in sorted({each.position for each in found}):
        rows = creation.later([each for each in found if each.position == position and each not in at_once])
        rows = rows[1:] if position == first and rows[:1] == [""] else rows
        if rows:
            draft.before(statements[position], rows, region=region, inside=True)
    draft.started.update(names)
    draft.edits.extend(_kept(order, found, style))
    shown = draft.keep_value_shown(order.block, statements[last])
    closing = [*style.closing(), *shown]
    if closing:
        draft.after(statements[last], closing, region=region)
    draft.notes.extend(_beyond(draft, order, found))
    draft.orderings.append(order)
    draft.overlapped.extend(
        dict.fromkeys(
            [*(operation_of(each) for each in order.operations), *(each.operation for each in found)]
        )
    )
    return True


def _beyond(draft: Draft, order: Ordering, found: Sequence[Start]) -> list[str]:
    """State, once, that an operation may run which the cell as written would not have reached."""
    for start in found:
        if not any(each.kind in OUTSIDE for each in start.step.effects.reads):
            continue
        for each in order.operations:
            behind = start.position <= each.statement < start.step.statement
            if behind and draft.analysis.effects.callee(operation_of(each).node).may_raise:
                first, second = each.lines[0], start.operation.lines[0]
                where = f"line {second}" if first != second else "what follows it there"
                return [
                    f"if line {first} fails, {where} may already have read what the cell as written would not have."
                ]
    return []


def _kept(order: Ordering, found: Sequence[Start], style: Style) -> Iterator[Edit]:
    """Yield the edits of the operations that stay in their turn while others are in flight."""
    started = {each.operation.key for each in found}
    for step in order.operations:
        if operation_of(step).key not in started and any(
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
    at_once: Sequence[Start],
    found: Sequence[Start],
    creation: Creation,
    region: Region,
) -> None:
    opening, inside = creation.style.opening(
        {creation.names[each.operation.key]: each.operation for each in at_once},
        [each.operation for each in found],
    )
    created = [line for start in at_once for line in creation.rows(start)]
    if inside:
        created = created[1:] if created[:1] == [""] else created
        draft.before(statement, [*opening, *shifted(created)], region=region)
    else:
        draft.before(statement, [*created, *opening], region=region)

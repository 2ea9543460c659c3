"""Computes early what an operation needs, and binds it where it was bound before.

    a = await f(1)                      params_value = {"q": 3}
    params = {"q": 3}                   a = await f(1)
    b = await get(params)               params = params_value
                                        b = await get(params_value)

Source to source, like `perfmagic.strategies.outlining`: ``get`` may then begin before ``f`` has ended. The name is bound in its
place, so that an error of ``f`` leaves it as it was; the value is one object under both names.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.dependences import Dependence
from perfmagic.analysis.edits import (
    Changes,
    Insertion,
    apply,
    edits_of,
    ends_line,
    indent_of,
    segment,
    starts_line,
    to_source,
)
from perfmagic.analysis.edits import replace as put
from perfmagic.analysis.effects import Kind
from perfmagic.model.options import Options
from perfmagic.model.plan import Edit, Plan, Refusal
from perfmagic.strategies.names import Names
from perfmagic.strategies.ordering import Ordering, operation_of, ordering, rewritable_blocks
from perfmagic.strategies.separate_lines import is_long
from perfmagic.strategies.start_early import SAFE

Make = Callable[[Analysis, Options], Plan | Refusal]
ROUNDS = 3
MOVABLE = tuple(each for each in SAFE if each not in {ast.Call, ast.keyword})
"""What a value may consist of: nothing that can fail or do anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyValue:
    """A value that is computed before the statement that binds it.

    Attributes
    ----------
    block
        The block.
    statement
        Index of the assignment.
    at
        Index of the statement before which the value is computed.
    name
        The name that it has until then.
    readers
        The places of operations that read it, which now read it under that name.
    parts
        Names in the value that stand for early values themselves, with those values' names.
    """

    block: Block
    statement: int
    at: int
    name: str
    readers: tuple[ast.Name, ...]
    parts: Mapping[ast.expr, str]

    @property
    def value(self) -> ast.expr:
        """What is computed."""
        node = self.block.statements[self.statement]
        assert isinstance(node, ast.Assign)
        return node.value


def with_early_values(make: Make, analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the plan in which most overlaps: that of the cell as it is, or that with some values computed early."""
    answer = make(analysis, options)
    chosen = [] if options.assume_independent or is_long(analysis) else early_values(analysis, options)
    for _ in range(ROUNDS):
        other = _changed(analysis, chosen) if chosen else None
        plan = make(other, options) if other is not None else None
        if not isinstance(plan, Plan):
            return answer
        left = [each for each in chosen if _is_used(plan, each.name)]
        if len(left) == len(chosen):
            return replace(plan, introduced=plan.introduced | {each.name for each in chosen})
        kept = {each.name for each in left}
        chosen = [each for each in left if set(each.parts.values()) <= kept]
    return answer


def early_values(analysis: Analysis, options: Options) -> list[EarlyValue]:
    """Return the assignments that stand between a wait and an operation which could otherwise begin before it."""
    names = Names(analysis)
    return [
        each
        for block in rewritable_blocks(analysis, asynchronous=True)
        for each in _in_block(analysis, ordering(analysis, block, options), names)
    ]


def _in_block(analysis: Analysis, order: Ordering, names: Names) -> Iterator[EarlyValue]:
    waiting = sorted({each.statement for each in order.operations} | order.waiting)
    found: dict[int, EarlyValue] = {}
    for index, statement in enumerate(order.block.statements):
        if not waiting or waiting[0] >= index or not _is_movable(analysis, statement):
            continue
        assert isinstance(statement, ast.Assign)
        target = statement.targets[0]
        assert isinstance(target, ast.Name)
        readers = tuple(_readers(order, index, target.id))
        parts = _parts(order, index, statement.value, found)
        at = _place(order, index, found, waiting)
        if at < index:
            name = names.new(f"{target.id}_value")
            found[index] = EarlyValue(
                block=order.block, statement=index, at=at, name=name, readers=readers, parts=parts
            )
    used = {part for each in found.values() for part in each.parts.values()}
    yield from (each for each in found.values() if each.readers or each.name in used)


def _is_movable(analysis: Analysis, statement: ast.stmt) -> bool:
    """Whether a statement gives one name a value that can be computed at any time without an error or an effect."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    if not isinstance(statement.targets[0], ast.Name) or isinstance(statement.value, ast.Name):
        return False
    text = analysis.cell.python
    if not (starts_line(statement, text) and ends_line(statement, text)):
        return False
    found = analysis.effects.of(statement.value)
    plain = (
        not found.writes
        and not found.barriers
        and {each.kind for each in found.reads} <= {Kind.NAME, Kind.OBJECT}
    )
    return plain and all(isinstance(each, MOVABLE) for each in ast.walk(statement.value))


def _flows(order: Ordering, step: int, name: str) -> list[Dependence]:
    """Return the dependences of a step on those that bind a name."""
    return [
        each
        for each in order.before.get(step, ())
        if each.kind == "flow"
        and each.location is not None
        and each.location.kind is Kind.NAME
        and each.location.label == name
    ]


def _readers(order: Ordering, statement: int, name: str) -> Iterator[ast.Name]:
    """Yield where operations of the block read what only this statement can have bound."""
    for step in order.operations:
        writers = [order.steps[each.earlier] for each in _flows(order, step.index, name)]
        if max((each.statement for each in writers), default=-1) != statement:
            continue
        if any(each.kind is Kind.NAME and each.label == name for each in step.hidden.reads):
            continue
        node = operation_of(step).expression
        if not any(
            isinstance(each, ast.Lambda | ast.comprehension | ast.NamedExpr) for each in ast.walk(node)
        ):
            yield from _loads(node, name)


def _loads(node: ast.AST, name: str) -> Iterator[ast.Name]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load):
            yield each


def _parts(
    order: Ordering, statement: int, value: ast.expr, found: Mapping[int, EarlyValue]
) -> dict[ast.expr, str]:
    """Return the names in a value that early values of the block stand for."""
    rest = order.rest(statement).index
    parts: dict[ast.expr, str] = {}
    for each in ast.walk(value):
        if isinstance(each, ast.Name):
            writers = [order.steps[flow.earlier].statement for flow in _flows(order, rest, each.id)]
            if writers and max(writers) in found:
                parts[each] = found[max(writers)].name
    return parts


def _place(order: Ordering, statement: int, found: Mapping[int, EarlyValue], waiting: list[int]) -> int:
    """Return the earliest place of a value: behind all that binds what it reads, before a statement that waits."""
    first = 0
    for each in order.before.get(order.rest(statement).index, ()):
        if each.kind == "flow" or each.location is None or each.location.kind is not Kind.NAME:
            earlier = order.steps[each.earlier].statement
            first = max(first, found[earlier].at if earlier in found else earlier + 1)
    return min((each for each in waiting if first <= each <= statement), default=statement)


def _changed(analysis: Analysis, chosen: list[EarlyValue]) -> Analysis | None:
    text = analysis.cell.python if analysis.cell.python.endswith("\n") else f"{analysis.cell.python}\n"
    edits: list[Edit] = []
    insertions: list[Insertion] = []
    for each in chosen:
        own = segment(text, each.value, each.parts)
        place = each.block.statements[each.at]
        row = f"{each.name} = {f'({own})' if chr(10) in own else own}"
        insertions.append(
            Insertion(line=place.lineno, side="before", lines=(row,), indent=indent_of(place, text))
        )
        edits.append(put(each.value, each.name))
        edits.extend(put(reader, each.name) for reader in each.readers)
    changed = edits_of(Changes(edits=tuple(edits), insertions=tuple(insertions)), text)
    source = to_source(analysis.cell, changed)
    if source is None:
        return None
    return analysis.rewritten(source, apply(text, changed))


def _is_used(plan: Plan, name: str) -> bool:
    """Whether a plan starts something with the value before it is bound: no operation in its place reads it."""
    rows = [row for row in plan.source.split("\n") if re.search(rf"\b{name}\b", row)]
    return not any("await" in row and "return await" not in row for row in rows) and len(rows) > 2  # noqa: PLR2004 - computed and bound

"""Starts of operations that happen only under a condition: asked early, and asked again in its place."""

import ast
from collections.abc import Sequence
from dataclasses import replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.conditional import Condition, Hoist, hoists_of
from perfmagic.analysis.edits import segment
from perfmagic.analysis.own_names import own_names
from perfmagic.model.options import Options
from perfmagic.strategies.ordering import Ordering, operation_of, ordering
from perfmagic.strategies.start_early import Start, is_safe

PLAIN_TYPES = (bool, int, float, str, bytes, list, tuple, dict, set, type(None))
PLAIN_VALUES = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr)
"""Values whose truth can be asked without an error."""

CERTAIN = (
    ast.Name,
    ast.Constant,
    ast.UnaryOp,
    ast.Not,
    ast.BoolOp,
    ast.boolop,
    ast.Compare,
    ast.Is,
    ast.IsNot,
    ast.Load,
)


def conditional_starts(analysis: Analysis, order: Ordering, options: Options, taken: set[int]) -> list[Start]:
    """Return the conditional operations worth starting early; ``taken`` are keys of operations that are started already."""
    waiting = {each.statement for each in order.operations} | order.waiting
    found: list[Start] = []
    for each in hoists_of(analysis, order.block, options):
        operation = operation_of(each.step)
        ends = [order.steps[at].statement + 1 for at in each.after]
        position = min((at for at in waiting if max([0, *ends]) <= at < each.statement), default=None)
        if position is not None and operation.key not in taken:
            found.append(_start(analysis, order, each, position))
    return found


def _start(analysis: Analysis, order: Ordering, hoist: Hoist, position: int) -> Start:
    tests = [test for test, _ in hoist.conditions]
    bound = _bound_before(analysis, order.block, position)
    certain = all(_is_certain(analysis, each, bound) for each in tests)
    return Start(
        step=replace(hoist.step, statement=hoist.statement),
        position=position,
        inputs={},
        wrapped=not (certain and is_safe(operation_of(hoist.step).expression)),
        conditions=hoist.conditions,
    )


def starts_all(analysis: Analysis, block: Block, position: int, options: Options) -> bool:
    """Whether each wait of a statement that decides is started early by itself."""
    statement = block.statements[position]
    if not isinstance(statement, ast.If):
        return False
    order = ordering(analysis, block, options)
    started = {
        operation_of(each.step).node
        for each in conditional_starts(analysis, order, options, set())
        if each.step.statement == position
    }
    waits = [
        each for each in ast.walk(statement) if isinstance(each, ast.Await | ast.AsyncWith | ast.AsyncFor)
    ]
    return bool(started) and all(each in started for each in waits)


def condition_text(conditions: Sequence[Condition], text: str) -> str:
    """Return the conditions as one expression."""
    return " and ".join(
        _one(test, text, holds=holds, alone=len(conditions) == 1) for test, holds in conditions
    )


def _one(test: ast.expr, text: str, *, holds: bool, alone: bool) -> str:
    own = segment(text, test)
    loose = isinstance(test, ast.BoolOp) and not (holds and (alone or isinstance(test.op, ast.And)))
    own = f"({own})" if loose or "\n" in own else own
    return own if holds else f"not {own}"


def _is_certain(analysis: Analysis, test: ast.expr, bound: frozenset[str]) -> bool:
    """Whether asking cannot fail: names that are bound to plain values, put together by logic alone."""
    return all(
        isinstance(each, CERTAIN) and (not isinstance(each, ast.Name) or _is_plain(analysis, each.id, bound))
        for each in ast.walk(test)
    )


def _is_plain(analysis: Analysis, name: str, bound: frozenset[str]) -> bool:
    stores = [
        each
        for each in ast.walk(analysis.tree)
        if isinstance(each, ast.Name) and each.id == name and not isinstance(each.ctx, ast.Load)
    ]
    values = [
        each.targets[0]
        for each in ast.walk(analysis.tree)
        if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.value, PLAIN_VALUES)
    ]
    if any(all(store is not value for value in values) for store in stores):
        return False
    return name in bound if stores else type(analysis.namespace.get(name, analysis)) in PLAIN_TYPES


def _bound_before(analysis: Analysis, block: Block, position: int) -> frozenset[str]:
    if not isinstance(block.scope, ast.Module):
        return frozenset[str]().union(*(own_names(each).sure for each in block.statements[:position]))
    found = frozenset[str](analysis.namespace)
    return found.union(*(own_names(each).sure for each in block.statements[:position]))

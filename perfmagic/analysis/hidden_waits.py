"""Waits where no ``await`` stands: entering and leaving ``async with``, and each step of ``async for``."""

import ast
from collections.abc import Iterator

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.statements import COMPREHENSIONS, LABEL_LENGTH, Operation, own_expressions


def hidden_waits(analysis: Analysis) -> tuple[Operation, ...]:
    """Return them as operations, with numbers behind those of the cell's own, that nothing starts by itself.

    Entering and leaving have two numbers in a row and the same place: that of the context manager.
    """
    found: list[Operation] = []
    first = len(analysis.operations)
    for block in analysis.blocks:
        for index, statement in enumerate(block.statements):
            for expression in _waited_for(statement):
                key = first + len(found)
                found.append(_wait(key, block, index, expression))
    return tuple(found)


def _waited_for(statement: ast.stmt) -> Iterator[ast.expr]:
    if isinstance(statement, ast.AsyncWith):
        for item in statement.items:
            yield from (item.context_expr, item.context_expr)
    elif isinstance(statement, ast.AsyncFor):
        yield statement.iter
    for expression in own_expressions(statement):
        for each in ast.walk(expression):
            if isinstance(each, COMPREHENSIONS):
                yield from (part.iter for part in each.generators if part.is_async)


def _wait(key: int, block: Block, index: int, expression: ast.expr) -> Operation:
    return Operation(
        key=key,
        kind="await",
        node=ast.copy_location(ast.Await(value=expression), expression),
        block=block.key,
        statement=index,
        label=ast.unparse(expression)[:LABEL_LENGTH],
        lines=(expression.lineno, expression.end_lineno or expression.lineno),
        conditional=True,
    )

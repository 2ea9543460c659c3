"""The blocks of a cell: every list of statements that run one after the other."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal[
    "module", "function", "class", "if", "for", "while", "with", "try", "except", "finally", "case"
]
Suite = ast.Module | ast.stmt | ast.ExceptHandler | ast.match_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Statements that run in order, in one scope.

    Attributes
    ----------
    key
        Its number in the analysis.
    parent
        Key of the block that holds ``owner``, ``None`` for the cell itself.
    position
        Index of ``owner`` in the parent's statements.
    kind
        What makes it a block.
    owner
        The module, statement, handler or case that holds the statements.
    scope
        The innermost definition around it, or the module.
    statements
        The statements, in order.
    """

    key: int
    parent: int | None
    position: int
    kind: BlockKind
    owner: Suite
    scope: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    statements: tuple[ast.stmt, ...]

    @property
    def may_await(self) -> bool:
        """Whether an ``await`` may stand in this block."""
        return isinstance(self.scope, ast.Module | ast.AsyncFunctionDef)


def blocks_of(tree: ast.Module) -> tuple[Block, ...]:
    """Return all blocks of a tree, outer ones before those they hold; the first is the cell itself."""
    first = Block(
        key=0, parent=None, position=0, kind="module", owner=tree, scope=tree, statements=tuple(tree.body)
    )
    found = [first]
    pending = [first]
    while pending:
        block = pending.pop(0)
        for position, statement in enumerate(block.statements):
            for kind, owner, body in _suites(statement):
                inner = Block(
                    key=len(found),
                    parent=block.key,
                    position=position,
                    kind=kind,
                    owner=owner,
                    scope=_scope(statement, block),
                    statements=tuple(body),
                )
                found.append(inner)
                pending.append(inner)
    return tuple(found)


def _scope(
    statement: ast.stmt, block: Block
) -> ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return statement
    return block.scope


def _suites(statement: ast.stmt) -> Iterator[tuple[BlockKind, Suite, list[ast.stmt]]]:
    """Yield the suites of a compound statement; an absent ``else`` or ``finally`` gives none."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield "function", statement, statement.body
        case ast.ClassDef():
            yield "class", statement, statement.body
        case ast.If():
            yield "if", statement, statement.body
            yield from _optional("if", statement, statement.orelse)
        case ast.For() | ast.AsyncFor():
            yield "for", statement, statement.body
            yield from _optional("if", statement, statement.orelse)
        case ast.While():
            yield "while", statement, statement.body
            yield from _optional("if", statement, statement.orelse)
        case ast.With() | ast.AsyncWith():
            yield "with", statement, statement.body
        case ast.Try() | ast.TryStar():
            yield from _try_suites(statement)
        case ast.Match():
            for case in statement.cases:
                yield "case", case, case.body
        case _:
            return


def _try_suites(statement: ast.Try | ast.TryStar) -> Iterator[tuple[BlockKind, Suite, list[ast.stmt]]]:
    yield "try", statement, statement.body
    for handler in statement.handlers:
        yield "except", handler, handler.body
    yield from _optional("try", statement, statement.orelse)
    yield from _optional("finally", statement, statement.finalbody)


def _optional(
    kind: BlockKind, owner: ast.stmt, body: list[ast.stmt]
) -> Iterator[tuple[BlockKind, Suite, list[ast.stmt]]]:
    if body:
        yield kind, owner, body

"""Splits a statement into its operations (awaits or calls) and the rest.

Operations come in the order in which Python evaluates them. An operation inside a branch of an expression or inside a
comprehension is *conditional*: it happens never, once or often, so it is never started on its own.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Lines = tuple[int, int]
OperationKind = Literal["await", "call"]

COMPOUND = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip
"""Statements that hold statements."""

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""Statements whose bodies do not run where they stand (a class body does, but binds names of its own)."""

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""Expressions that hold a loop."""

LABEL_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One await, or one call that may block.

    Attributes
    ----------
    key
        Its number in the analysis; spans of an instrumented run carry it.
    kind
        ``await`` or ``call``.
    node
        The whole `ast.Await`, or the `ast.Call`.
    block
        Key of the block that holds its statement.
    statement
        Index of its statement in the block.
    label
        A name for people: the target that it is bound to, or its code in short.
    lines
        First and last line, from 1.
    conditional
        Whether it may happen never or more than once each time the statement runs.
    """

    key: int
    kind: OperationKind
    node: ast.Await | ast.Call
    block: int
    statement: int
    label: str
    lines: Lines
    conditional: bool

    @property
    def expression(self) -> ast.expr:
        """What is awaited, or the call itself."""
        return self.node.value if isinstance(self.node, ast.Await) else self.node


@dataclass(frozen=True, slots=True)
class Found:
    """A node that the walk came upon, and whether it is evaluated exactly once."""

    node: ast.Await | ast.Call
    conditional: bool


def lines_of(node: ast.stmt | ast.expr) -> Lines:
    """Return the first and the last line of a node, from 1."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return first, node.end_lineno or node.lineno


def found_in(statement: ast.stmt, wanted: Callable[[ast.AST], bool]) -> tuple[Found, ...]:
    """Return the wanted nodes of a statement's own expressions in evaluation order; bodies are left to their own blocks."""
    return tuple(
        found
        for expression in own_expressions(statement)
        for found in _walk(expression, wanted, conditional=_repeats(statement))
    )


def _repeats(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.While)


def own_expressions(statement: ast.stmt) -> tuple[ast.expr, ...]:
    """Return the expressions that run when control reaches the statement, in evaluation order; inner statements are left out."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [each for each in statement.args.kw_defaults if each is not None]
            return (*statement.decorator_list, *statement.args.defaults, *defaults)
        case ast.ClassDef():
            return (*statement.decorator_list, *statement.bases, *(each.value for each in statement.keywords))
        case ast.Assign():
            return (statement.value, *statement.targets)
        case ast.AnnAssign():
            return tuple(each for each in (statement.value, statement.target) if each is not None)
        case ast.AugAssign():
            return (statement.target, statement.value)
        case ast.For() | ast.AsyncFor():
            return (statement.iter, statement.target)
        case ast.With() | ast.AsyncWith():
            pairs = [(item.context_expr, item.optional_vars) for item in statement.items]
            return tuple(each for pair in pairs for each in pair if each is not None)
        case _:
            return tuple(each for each in ast.iter_child_nodes(statement) if isinstance(each, ast.expr))


def _walk(node: ast.AST, wanted: Callable[[ast.AST], bool], *, conditional: bool) -> Iterator[Found]:
    if isinstance(node, ast.Lambda):
        return
    for child, sometimes in _parts(node):
        yield from _walk(child, wanted, conditional=conditional or sometimes)
    if isinstance(node, ast.Await | ast.Call) and wanted(node):
        yield Found(node, conditional)


def _parts(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Yield the parts of an expression in evaluation order, each with whether it may be skipped or repeated."""
    match node:
        case ast.BoolOp(values=values):
            yield from ((each, index > 0) for index, each in enumerate(values))
        case ast.IfExp():
            yield from ((node.test, False), (node.body, True), (node.orelse, True))
        case ast.Compare():
            yield node.left, False
            yield from ((each, index > 0) for index, each in enumerate(node.comparators))
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    yield key, False
                yield value, False
        case ast.NamedExpr():
            yield from ((node.value, False), (node.target, False))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            first = node.generators[0].iter
            yield first, False
            yield from ((each, True) for each in _inside_comprehension(node))
        case _:
            yield from ((each, False) for each in ast.iter_child_nodes(node))


def _inside_comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
) -> Iterator[ast.AST]:
    for index, generator in enumerate(node.generators):
        if index:
            yield generator.iter
        yield generator.target
        yield from generator.ifs
    if isinstance(node, ast.DictComp):
        yield from (node.key, node.value)
    else:
        yield node.elt


def label_of(found: ast.Await | ast.Call, statement: ast.stmt) -> str:
    """Return how a message names an operation: its target if the statement only binds it, otherwise its code in short."""
    target = simple_target(statement, found)
    if target is not None and isinstance(target, ast.Name):
        return target.id
    code = ast.unparse(found.value if isinstance(found, ast.Await) else found)
    return code if len(code) <= LABEL_LENGTH else f"{code[: LABEL_LENGTH - 3]}..."


def simple_target(statement: ast.stmt, value: ast.expr) -> ast.expr | None:
    """Return the only target of ``target = value``, or ``None`` if the statement has another form."""
    match statement:
        case ast.Assign(targets=[target]) if statement.value is value:
            return target
        case ast.AnnAssign() if statement.value is value and isinstance(statement.target, ast.Name):
            return statement.target
        case _:
            return None


def escapes(statement: ast.stmt) -> ast.stmt | None:
    """Return the statement in it that may leave the block early on purpose (raise, assert, return, break, continue), if any."""
    pending: list[tuple[ast.stmt, bool]] = [(statement, False)]
    while pending:
        each, in_loop = pending.pop()
        if isinstance(each, ast.Raise | ast.Assert | ast.Return):
            return each
        if isinstance(each, ast.Break | ast.Continue) and not in_loop:
            return each
        if isinstance(each, DEFINITIONS):
            continue
        loop = in_loop or isinstance(each, ast.For | ast.AsyncFor | ast.While)
        pending.extend((child, loop) for child in inner_statements(each))
    return None


def inner_statements(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements directly inside a compound statement, those of handlers and cases included."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body

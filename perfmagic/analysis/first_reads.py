"""Names that a cell reads before it binds them: running it twice in a row is then not the same as running it once."""

import ast
from collections.abc import Iterator

_CONDITIONAL = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match)


def first_reads(tree: ast.Module) -> frozenset[str]:
    """Return the module-level names that may be read before this cell has surely bound them.

    A function's body counts as read where it is defined; a binding inside a condition or a loop is not sure.
    """
    bound: set[str] = set()
    read: set[str] = set()
    for statement in tree.body:
        read |= set(_loaded(statement)) - bound
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            read |= {statement.target.id} - bound
        if not isinstance(statement, _CONDITIONAL):
            bound |= set(_stored(statement))
    return frozenset(read)


def _loaded(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, (ast.Load, ast.Del)):
            yield each.id
        elif isinstance(each, ast.Global):
            yield from each.names


def _stored(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
        return
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in statement.names)
        return
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return
    for each in ast.walk(statement):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id

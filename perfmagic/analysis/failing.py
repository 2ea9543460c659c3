"""Whether an operation can raise, as far as its code and the code that it enters tell.

Only code made of a few harmless forms is said not to raise: waiting, names, attributes, constant keys, sums, and calls of a
few methods of containers. Being cancelled is no failure, and code that meets a value of a wrong type is not thought of.
"""

import ast
from collections.abc import Iterable

from perfmagic.analysis.values import Function

RISKY = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.Delete, ast.AsyncFor)
RISKY_OPERATORS = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift, ast.MatMult)
HARMLESS_FUNCTIONS = frozenset({"len", "print", "isinstance", "repr", "bool", "list", "tuple", "dict", "set"})
HARMLESS_METHODS = frozenset({"append", "add", "setdefault", "discard", "clear"})
SLEEPS = frozenset({"asyncio.sleep", "time.sleep"})


def may_fail(node: ast.expr, entered: Iterable[Function]) -> bool:
    """Whether an operation can raise, given the functions with source that it enters at any depth."""
    functions = [each.node for each in entered]
    names = {each.name for each in functions if not isinstance(each, ast.Lambda)}
    bodies = [
        part for each in functions for part in ([each.body] if isinstance(each, ast.Lambda) else each.body)
    ]
    return any(_is_risky(each, names) for root in (node, *bodies) for each in ast.walk(root))


def _is_risky(node: ast.AST, entered: set[str]) -> bool:
    match node:
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator):
            return isinstance(operator, RISKY_OPERATORS)
        case ast.Subscript(ctx=ast.Load(), slice=key):
            return not isinstance(key, ast.Constant)
        case ast.Call(func=ast.Name(id=name)):
            return name not in entered and name not in HARMLESS_FUNCTIONS
        case ast.Call(func=ast.Attribute(attr=name) as function):
            return not (name in entered or name in HARMLESS_METHODS or ast.unparse(function) in SLEEPS)
        case ast.Call():
            return True
        case _:
            return isinstance(node, RISKY)

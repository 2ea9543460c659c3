"""Code that lists the names around it: what a rewrite introduces there would show.

``locals()``, ``dir()`` and ``vars()`` without arguments, and the frame of the running function.
"""

import ast
from collections.abc import Collection, Iterator

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.statements import DEFINITIONS

_OF_ITS_SCOPE = frozenset({"locals", "dir", "vars"})
_FRAMES = frozenset({"currentframe", "_getframe", "_getframemodulename", "stack"})


def watcher(analysis: Analysis, lines: Collection[int]) -> ast.Call | None:
    """Return a call that lists the names of a scope that has changed lines; ``None`` if there is none."""
    nodes = list(ast.walk(analysis.tree))
    changed: list[ast.AST] = [analysis.tree]
    for each in nodes:
        if isinstance(each, DEFINITIONS):
            last = each.end_lineno or each.lineno
            changed += [each] if any(each.lineno <= line <= last for line in lines) else []
    found = [call for scope in changed for call in _own(scope) if _lists_names(call)]
    found += [each for each in nodes if isinstance(each, ast.Call) and _is_call(each, {"globals"})]
    return found[0] if found else None


def _own(scope: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of a scope itself."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, (*DEFINITIONS, ast.Lambda)):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _own(child)


def _lists_names(node: ast.Call) -> bool:
    return (_is_call(node, _OF_ITS_SCOPE) and not node.args) or _is_call(node, _FRAMES)


def _is_call(node: ast.AST, names: Collection[str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in names
        case ast.Call(func=ast.Attribute(value=ast.Name(id="inspect" | "sys" | "builtins"), attr=name)):
            return name in names
        case _:
            return False

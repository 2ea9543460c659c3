"""Names of the standard library that changed code calls: they must mean there what they mean in Python."""

import ast
import builtins
import types
from collections import Counter

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.statements import DEFINITIONS

MODULES = {
    "asyncio": "asyncio",
    "ThreadPoolExecutor": "concurrent.futures",
    "get_reusable_executor": "loky",
}
"""Name -> module that it is imported from."""

STANDARD = (*MODULES, "zip", "list", "set")


def misleading_name(analysis: Analysis, after: ast.Module) -> str | None:
    """Return a name that the changed code calls for the first time and that the user has given to something else."""
    old, new = _loads(analysis.tree), _loads(after)
    return next((name for name in STANDARD if new[name] > old[name] and _is_other(analysis, name)), None)


def _loads(tree: ast.Module) -> Counter[str]:
    return Counter(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )


def _is_other(analysis: Analysis, name: str) -> bool:
    if name in analysis.namespace and not _is_standard(analysis.namespace[name], name):
        return True
    return any(_binds(node, name) for node in ast.walk(analysis.tree))


def _is_standard(live: object, name: str) -> bool:
    if name not in MODULES:
        return live is getattr(builtins, name)
    return isinstance(live, types.ModuleType | types.FunctionType | type) and live.__name__ == name


def _binds(node: ast.AST, name: str) -> bool:
    """Whether a node binds the name to something else."""
    match node:
        case ast.Name(id=bound, ctx=ast.Store() | ast.Del()):
            return bound == name
        case ast.arg(arg=bound) | ast.MatchMapping(rest=bound):
            return bound == name
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
            return node.name == name
        case ast.Import():
            return any(each.asname == name and each.name != name for each in node.names)
        case ast.ImportFrom():
            own = [each for each in node.names if (each.asname or each.name) == name]
            return any(each.name != name or node.module != MODULES.get(name) for each in own)
        case _:
            return isinstance(node, DEFINITIONS) and node.name == name

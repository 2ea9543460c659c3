"""What in the source of a function means something else in another process, and whether it does enough to be worth one.

Another process has its own identities, its own order of sets of strings, its own clock of CPU time. None of this is an effect,
so the effects do not tell it: it is looked for in the text of every function that a call enters.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence

from perfmagic.analysis.values import Function

OWN_FUNCTIONS = frozenset(
    {"id", "hash", "globals", "vars", "input", "breakpoint", "exec", "eval", "get_ipython"}
)
"""Builtins whose answer, or whose reach, is that of one process."""

OWN_ATTRIBUTES = frozenset(
    {
        "process_time", "process_time_ns", "thread_time", "thread_time_ns", "getpid", "getppid", "get_ident", "get_native_id",
        "current_thread", "main_thread", "current_process", "parent_process", "getrefcount", "_getframe", "currentframe",
        "getrecursionlimit", "setrecursionlimit", "getcontext", "get_traced_memory", "getrusage", "stack",
    }
)  # fmt: skip
"""Functions of modules of which the same is true."""

SINGLETONS = (type(None), bool, type(Ellipsis))
CHEAP = frozenset(
    {
        "abs", "bool", "float", "int", "isinstance", "issubclass", "len", "ord", "chr", "round", "str", "divmod", "sleep",
        "getattr", "type", "repr", "callable", "iter", "append", "ValueError", "KeyError", "TypeError", "RuntimeError",
        "Exception",
    }
)  # fmt: skip
"""Functions that take next to no time of a CPU."""

HARMLESS = frozenset({"sorted", "len", "bool", "any", "all", "min", "max"})
MEMBERSHIP = frozenset(
    {"add", "discard", "remove", "update", "clear", "issubset", "issuperset", "isdisjoint"}
)
ALGEBRA = frozenset(
    {"union", "intersection", "difference", "symmetric_difference", "copy", "set", "frozenset"}
)
LOOPS = (ast.For, ast.While, ast.comprehension)


def own_to_a_process(function: Function) -> str | None:
    """Say what the function does that has another outcome in another process, ``None`` if nothing was found."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OWN_FUNCTIONS:
            return f"calls {node.func.id}(), whose answer is that of one process"
        if isinstance(node, ast.Attribute) and node.attr in OWN_ATTRIBUTES:
            return f"uses {node.attr}, whose answer is that of one process"
        if isinstance(node, ast.Compare) and any(_is_identity(node)):
            return "compares identities with `is`, and a copy in another process is another object"
    return None


def _is_identity(node: ast.Compare) -> Iterator[bool]:
    """Yield, for each comparison with ``is``, whether neither side is a singleton or a type."""
    for left, operator, right in zip(
        [node.left, *node.comparators], node.ops, node.comparators, strict=False
    ):
        if isinstance(operator, ast.Is | ast.IsNot):
            yield not (_is_single(left) or _is_single(right))


def _is_single(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, SINGLETONS)
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type") or (
        isinstance(node, ast.Attribute) and node.attr == "__class__"
    )


def goes_through_a_set(function: Function, sets: frozenset[str]) -> bool:
    """Whether the order of a set may reach what the function gives.

    Parameters
    ----------
    sets
        Names of parameters and globals that are known to be sets.
    """
    parents = {id(child): node for node in ast.walk(function.node) for child in ast.iter_child_nodes(node)}
    names = sets | {
        name
        for node in ast.walk(function.node)
        if _makes_set(node)
        for name in _bound_to(_outermost_set(node, parents), parents)
    }
    suspects = (
        node
        for node in ast.walk(function.node)
        if _makes_set(node)
        or (isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load))
    )
    return not all(_is_harmless(_outermost_set(each, parents), parents) for each in suspects)


def _makes_set(node: ast.AST) -> bool:
    match node:
        case ast.Set(elts=elements):
            return not all(
                isinstance(each, ast.Constant) and isinstance(each.value, int | float) for each in elements
            )
        case ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset"), args=arguments):
            return bool(arguments) and not _is_range(arguments[0])
        case _:
            return False


def _is_range(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"


def _outermost_set(node: ast.AST, parents: Mapping[int, ast.AST]) -> ast.AST:
    """Return the largest expression around a set that is a set made of it: ``a | b``, ``a.union(b)``, ``set(a)``."""
    while True:
        around = parents.get(id(node))
        if isinstance(around, ast.BinOp):
            node = around
        elif isinstance(around, ast.Attribute) and around.attr in ALGEBRA:
            node = parents[id(around)]
        elif isinstance(around, ast.Call) and _name_of(around.func) in ALGEBRA:
            node = around
        else:
            return node


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _bound_to(node: ast.AST, parents: Mapping[int, ast.AST]) -> Iterator[str]:
    statement = parents.get(id(node))
    targets: Sequence[ast.AST] = ()
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign | ast.NamedExpr):
        targets = (statement.target,)
    yield from (each.id for each in targets if isinstance(each, ast.Name))


def _is_harmless(node: ast.AST, parents: Mapping[int, ast.AST]) -> bool:
    """Whether what is done with a set does not tell its order."""
    match parents.get(id(node)):
        case ast.Compare(left=left):
            return left is not node
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return name in HARMLESS
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            return name in MEMBERSHIP
        case ast.Assign(targets=targets):
            return all(isinstance(each, ast.Name) for each in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return isinstance(target, ast.Name)
        case around:
            return isinstance(around, ast.If | ast.While | ast.IfExp | ast.Return | ast.Expr | ast.UnaryOp)


def is_cheap(functions: Sequence[Function]) -> bool:
    """Whether a call that enters these functions surely takes next to no time of a CPU: no loop, no call of anything that may."""
    names = {each.name for each in functions}
    for function in functions:
        for node in ast.walk(function.node):
            if isinstance(node, LOOPS) or (
                isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Pow)
            ):
                return False
            if isinstance(node, ast.Call):
                called = _name_of(node.func)
                if called == function.name or (called not in names and called not in CHEAP):
                    return False
    return True

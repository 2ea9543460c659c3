"""Whether a compound statement may become the body of a small function of its own, and what goes in and out.

Inside a function the names that the statement binds are the function's: nothing else may see them while it runs, and they come
back as its result. The invariant: after the statement every name is bound as it would have been.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import ends_line, starts_line
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.own_names import OwnNames, own_names
from perfmagic.analysis.scope_names import scope_names
from perfmagic.analysis.statements import DEFINITIONS, escapes
from perfmagic.analysis.steps import FRAME_BOUND
from perfmagic.analysis.surroundings import keeps_to_itself

OUTLINED = (ast.With, ast.AsyncWith, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.If)
"""Statements that can become a function."""

FOREIGN = (
    *DEFINITIONS, ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.Delete, ast.NamedExpr,
    ast.Match, ast.TryStar,
)  # fmt: skip
"""What would mean something else in a function, or is not followed."""

CANCELLATION = frozenset({"BaseException", "CancelledError", "KeyboardInterrupt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What goes into the function of a statement, and what comes out.

    Attributes
    ----------
    parameters
        Names whose value from before the statement may be needed.
    results
        Names to bind afterwards.
    partial
        Names that the statement could bind before it fails, and that then stay as they were.
    """

    parameters: tuple[str, ...]
    results: tuple[str, ...]
    partial: tuple[str, ...]


def signature(analysis: Analysis, block: Block, position: int) -> Signature | None:
    """Return the signature of a statement's function, ``None`` if the statement must stay where it is."""
    statement = block.statements[position]
    text = analysis.cell.python
    if (
        not isinstance(statement, OUTLINED)
        or not (starts_line(statement, text) and ends_line(statement, text))
        or escapes(statement) is not None
        or any(_is_foreign(each) for each in ast.walk(statement))
        or _holds_several(analysis, statement)
        or any(_changes_the_world(analysis, each) for each in ast.walk(statement))
    ):
        return None
    names = own_names(statement)
    if _is_seen(analysis, statement, frozenset(names.bound)):
        return None
    return _signature(analysis, block, position, names)


def _is_foreign(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FRAME_BOUND:
        return True
    if isinstance(node, ast.ExceptHandler):
        # A cancelled task would go on in such a handler, where the cell as written had not begun.
        return node.type is None or any(
            getattr(each, "id", getattr(each, "attr", "")) in CANCELLATION for each in ast.walk(node.type)
        )
    return isinstance(node, FOREIGN)


def _changes_the_world(analysis: Analysis, node: ast.AST) -> bool:
    """Whether a ``with`` statement sets something that code beside it would see too; deadlines and locks do not."""
    if not isinstance(node, ast.With | ast.AsyncWith):
        return False
    for each in node.items:
        manager, effects = each.context_expr, analysis.effects
        locks = any(location.kind is Kind.LOOP for location in effects.of(manager).writes)
        deadline = effects.callee(manager).label.startswith("timeouts.timeout")
        if not (locks or deadline or keeps_to_itself(manager, effects, analysis.namespace)):
            return True
    return False


def _holds_several(analysis: Analysis, statement: ast.stmt) -> bool:
    """Whether the statement holds a connection of a pool while it takes another: two of its kind can block each other."""
    held = [
        item
        for each in ast.walk(statement)
        if isinstance(each, ast.With | ast.AsyncWith)
        for item in each.items
        if analysis.effects.callee(item.context_expr).slots is not None
    ]
    return len(held) > 1


def _is_seen(analysis: Analysis, statement: ast.stmt, names: frozenset[str]) -> bool:
    """Whether other code can see the names while the statement runs, or the statement touches its own task."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Lambda | ast.GeneratorExp) and any(
            isinstance(each, ast.Name) and each.id in names for each in ast.walk(node)
        ):
            return True
    written = [each for each in ast.walk(statement) if isinstance(each, ast.Name)]
    hidden = analysis.effects.of(statement, without=written)
    touched = hidden.reads | hidden.writes
    return any(
        (each.kind is Kind.NAME and each.label in names) or each.kind is Kind.TASK for each in touched
    ) or any(each.kind is Kind.CONTEXT for each in hidden.writes)


def _signature(analysis: Analysis, block: Block, position: int, names: OwnNames) -> Signature | None:
    caught = {
        each.name
        for each in ast.walk(block.statements[position])
        if isinstance(each, ast.ExceptHandler) and each.name
    }
    bound = [each for each in names.bound if each not in caught]
    if caught & _names_outside(analysis, block, position):
        return None
    results = [each for each in bound if _is_wanted(analysis, block, position, each)]
    parameters = [
        each for each in bound if each in names.early or (each in results and each not in names.sure)
    ]
    parameters.extend(_given(analysis, block, position, frozenset(bound)))
    before = surely_bound(analysis, block, position)
    if not set(parameters) <= before or _is_declared(block, frozenset(bound)):
        return None
    partial = _partial(block.statements[position], results)
    if partial and _may_be_handled(analysis, block):
        return None
    return Signature(
        parameters=tuple(parameters), results=tuple(results), partial=partial if _is_cell(block) else ()
    )


def _given(analysis: Analysis, block: Block, position: int, bound: frozenset[str]) -> list[str]:
    """Return the names that the statement only reads and that are bound behind a wait: their values may come early."""
    late: set[str] = set()
    waited = False
    for each in block.statements[:position]:
        late |= set(own_names(each).bound) if waited else set[str]()
        waited = waited or any(
            isinstance(part, ast.Await | ast.AsyncWith | ast.AsyncFor) for part in ast.walk(each)
        )
    statement = block.statements[position]
    loads = [each for each in ast.walk(statement) if isinstance(each, ast.Name)]
    touched = analysis.effects.of(statement, without=loads)
    hidden = {each.label for each in touched.reads | touched.writes if each.kind is Kind.NAME}
    wanted = late - bound - hidden
    return list(dict.fromkeys(each.id for each in loads if each.id in wanted))


def _is_cell(block: Block) -> bool:
    return isinstance(block.scope, ast.Module)


def _is_wanted(analysis: Analysis, block: Block, position: int, name: str) -> bool:
    """Whether a name matters after the statement: in the cell each does, in a function those that are used elsewhere."""
    return _is_cell(block) or name in _names_outside(analysis, block, position)


def _names_outside(analysis: Analysis, block: Block, position: int) -> set[str]:
    """Return the names that stand in the scope outside the statement, and those of the notebook for the cell itself."""
    inside = Counter(each.id for each in ast.walk(block.statements[position]) if isinstance(each, ast.Name))
    found = {name for name, count in scope_names(block.scope).used.items() if count > inside[name]}
    return found | (set(analysis.namespace) if _is_cell(block) else set())


def surely_bound(analysis: Analysis, block: Block, position: int) -> set[str]:
    """Return the names that are bound when control reaches a statement."""
    if scope_names(block.scope).deletes:
        return set()
    found: set[str] = set()
    here = block
    while True:
        for each in here.statements[:position]:
            found |= own_names(each).sure
        owner = here.owner
        if isinstance(owner, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith) and here.kind != "if":
            found |= {
                each.id for each in ast.walk(owner) if isinstance(each, ast.Name) and _is_target(owner, each)
            }
        if here.kind in {"function", "class"} or here.parent is None:
            break
        position, here = here.position, analysis.blocks[here.parent]
    if _is_cell(block):
        return found | set(analysis.namespace)
    assert isinstance(block.scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    arguments = getattr(block.scope, "args", None)
    return (
        found | {each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg)}
        if arguments
        else found
    )


def _is_target(owner: ast.For | ast.AsyncFor | ast.With | ast.AsyncWith, name: ast.Name) -> bool:
    targets: list[ast.expr | None] = (
        [owner.target]
        if isinstance(owner, ast.For | ast.AsyncFor)
        else [each.optional_vars for each in owner.items]
    )
    return any(name is each for target in targets if target is not None for each in ast.walk(target))


def _is_declared(block: Block, names: frozenset[str]) -> bool:
    return not names.isdisjoint(scope_names(block.scope).declared)


def _partial(statement: ast.stmt, results: list[str]) -> tuple[str, ...]:
    """Return the names that may be bound although the statement then fails."""
    if isinstance(statement, ast.Try | ast.If) and not getattr(statement, "finalbody", None):
        suites = [*_suites(statement)]
        if all(len(each) == 1 and isinstance(each[0], ast.Assign | ast.Pass | ast.Expr) for each in suites):
            return ()
    return tuple(results)


def _suites(statement: ast.Try | ast.If) -> Iterator[list[ast.stmt]]:
    yield statement.body
    if statement.orelse:
        yield statement.orelse
    if isinstance(statement, ast.Try):
        yield from (each.body for each in statement.handlers)


def _may_be_handled(analysis: Analysis, block: Block) -> bool:
    """Whether a ``try`` of the same scope goes on after an error, and could look at what was bound."""
    here: Block | None = block
    while here is not None and here.kind not in {"function", "class"}:
        if here.kind in {"try", "with"} and isinstance(here.owner, ast.Try | ast.TryStar):
            return True
        here = None if here.parent is None else analysis.blocks[here.parent]
    return False

"""Settings of how numbers are computed that hold for one thread alone: what numpy does about errors, decimal's context.

A new thread, and a new process, starts with the usual ones. So nothing that may compute is moved away from others.
"""

import ast
import sys
import threading
from collections.abc import Iterator

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocking import bound_to_its_thread
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.statements import DEFINITIONS
from perfmagic.model.plan import Refusal
from perfmagic.strategies.draft import Draft

SETTERS = frozenset({"errstate", "seterr", "seterrcall", "localcontext", "setcontext", "getcontext"})
"""Names by which numpy and decimal give access to them."""

PROCESS_SETTERS = frozenset({"option_context"})
"""Names that set something for all threads of a process: options of pandas."""

NUMPY_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
"""What numpy does about floating-point errors, unless told otherwise."""

GIVEN = "pass the value as an argument"
INSIDE = "set it inside the function that computes"


def usual_settings_only(made: Draft, block: Block) -> bool:
    """Whether the calls of a block find the usual settings wherever they run; notes a refusal if they may not."""
    if made.strategy == "threads" and _depends_on_thread(made, block):
        return False
    return not _computes(made.analysis, block) or _refused(made, block) is None


def _depends_on_thread(made: Draft, block: Block) -> bool:
    """Whether a call of the block has what belongs to its thread; notes a refusal then."""
    effects = made.analysis.effects
    for each in made.analysis.operations:
        if each.block != block.key or each.kind != "call":
            continue
        touched = effects.own(each.node)
        what = bound_to_its_thread(effects.entered(each.node))
        kinds = {location.kind for location in touched.reads | touched.writes}
        if Kind.CONTEXT in kinds:
            what = "a context variable"
        named = (made.analysis.namespace.get(one.label) for one in touched.reads if one.kind is Kind.NAME)
        if any(isinstance(one, threading.local) for one in named):
            what = "a threading.local"
        if what is not None:
            line = each.lines[0]
            made.refuse(
                "effect",
                f"line {line} uses {what}, which is another one in a pool's thread",
                each.lines,
                GIVEN,
            )
            return True
    return False


def _computes(analysis: Analysis, block: Block) -> bool:
    """Whether a call of the block may compute with numbers; one of a library that only waits does not."""
    callees = (analysis.effects.callee(each.node) for each in analysis.operations if each.block == block.key)
    return any(each.kind == "user" or each.computes for each in callees)


def _refused(made: Draft, block: Block) -> Refusal | None:
    alone = made.strategy == "processes"
    setters = SETTERS | PROCESS_SETTERS if alone else SETTERS
    where = next(_set_in_cell(made.analysis.tree, block, setters), None)
    if where is not None:
        line = where.lineno
        reason = (
            f"line {line} sets how numbers are computed, for its own {'process' if alone else 'thread'} only"
        )
        return made.refuse("effect", reason, (line, where.end_lineno or line), INSIDE)
    library = None if alone else set_before()  # another process is looked at call by call
    if library is None:
        return None
    reason = f"the calls may use {library}, and how it computes was set in this notebook for one thread only"
    return made.refuse("effect", reason, None, INSIDE)


def _set_in_cell(tree: ast.Module, block: Block, setters: frozenset[str]) -> Iterator[ast.expr]:
    """Yield what the cell names of the settings; a function that sets them says nothing about the cell's own statements."""
    pending: list[tuple[ast.AST, bool]] = [(tree, True)]
    while pending:
        node, top = pending.pop()
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if (
            name in setters
            and isinstance(node, ast.expr)
            and (top or not isinstance(block.scope, ast.Module))
        ):
            yield node
        inside = top and not isinstance(node, (*DEFINITIONS, ast.Lambda))
        pending.extend((each, inside) for each in ast.iter_child_nodes(node))


def set_before() -> str | None:
    """Return the library that is set otherwise than in a new thread, ``None`` if none is."""
    decimal, numpy = sys.modules.get("decimal"), sys.modules.get("numpy")
    if decimal is not None:
        context, usual = decimal.getcontext(), decimal.DefaultContext
        if (context.prec, context.rounding, context.traps) != (usual.prec, usual.rounding, usual.traps):
            return "decimal"
    if numpy is not None and numpy.geterr() != NUMPY_ERRORS:
        return "numpy"
    return None

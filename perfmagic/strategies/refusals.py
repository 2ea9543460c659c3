"""Chooses, among all that keeps a cell in order, the reason that helps the user most."""

import ast
from collections.abc import Iterator

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.dependences import Dependence, assumable, severity
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.statements import Operation
from perfmagic.model.plan import Refusal
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.ordering import rewritable_blocks

STARTERS = frozenset({"create_task", "ensure_future", "TaskGroup", "start_soon", "run_in_executor", "submit"})


def precondition(strategy: str, analysis: Analysis, *, wants_await: bool) -> Refusal | None:
    """Return why the strategy has no subject in this cell, or ``None`` if it has."""
    starter = _starter(analysis.tree)
    if starter is not None:
        return Refusal(
            strategy=strategy,
            kind="already",
            reason=f"line {starter.lineno} already starts operations that overlap.",
            lines=(starter.lineno, starter.end_lineno or starter.lineno),
            hint="write the operations one after the other to have them compared",
        )
    kind = "await" if wants_await else "call"
    if any(each.kind == kind for each in analysis.operations):
        return None
    wanted = "awaits nothing" if wants_await else "calls nothing that blocks"
    other = "threads may apply" if wants_await else None
    return Refusal(strategy=strategy, kind="nothing", reason=f"the cell {wanted}.", hint=other)


def _starter(tree: ast.Module) -> ast.expr | None:
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in STARTERS and isinstance(node, ast.expr):
            return node
    return None


def explain(draft: Draft) -> Refusal:
    """Return the most useful reason why nothing in the cell can overlap."""
    asynchronous = draft.strategy != "threads"
    blocks = {each.key for each in rewritable_blocks(draft.analysis, asynchronous=asynchronous)}
    operations = [each for each in draft.analysis.operations if each.block in blocks]
    found = sorted(_reasons(draft, blocks), key=severity)
    if draft.refusals and (not found or found[0].cause in {"output", "anti", "flow", "control"}):
        return draft.refusals[0]
    if not found:
        return _nothing(draft, operations)
    best = found[0]
    if all(each.cause == "flow" and _is_name(each) for each in found):
        return _chain(draft, found)
    return Refusal(
        strategy=draft.strategy,
        kind=best.cause,
        reason=f"{best.reason}: {draft.strategy} would {_would(best)}.",
        lines=best.lines,
        hint=best.hint,
    )


def _is_name(dependence: Dependence) -> bool:
    return dependence.location is None or dependence.location.kind is Kind.NAME


def _would(dependence: Dependence) -> str:
    match dependence.cause:
        case "exclusive":
            return "overlap them"
        case "unknown":
            return "change the order of what cannot be seen"
        case "control":
            return "run later code too early"
        case _:
            return "reorder them"


def _reasons(draft: Draft, blocks: set[int]) -> Iterator[Dependence]:
    """Yield what keeps two operations of one block apart, directly or through the code between them."""
    analysis = draft.analysis
    for each in analysis.dependences:
        if each.block not in blocks:
            continue
        steps = analysis.steps[each.block]
        earlier, later = steps[each.earlier], steps[each.later]
        if assumable(each, steps, draft.options.assume_independent):
            continue
        if later.role == "operation" and (earlier.role == "operation" or _has_operation_before(draft, each)):
            yield each


def _has_operation_before(draft: Draft, dependence: Dependence) -> bool:
    steps = draft.analysis.steps[dependence.block]
    return any(each.role == "operation" for each in steps[: dependence.earlier + 1])


def _chain(draft: Draft, found: list[Dependence]) -> Refusal:
    first = min(found, key=lambda each: each.lines)
    return Refusal(
        strategy=draft.strategy,
        kind="flow",
        reason=f"each step needs the one before: {first.reason}.",
        lines=first.lines,
        hint=None,
    )


def _nothing(draft: Draft, operations: list[Operation]) -> Refusal:
    for each in operations:
        if each.conditional:
            return Refusal(
                strategy=draft.strategy,
                kind="control",
                reason=f"line {each.lines[0]}: whether and how often {each.label!r} runs is decided while it runs.",
                lines=each.lines,
                hint="give each operation a statement of its own",
            )
    pinned = [step for steps in draft.analysis.steps for step in steps if step.pinned is not None]
    if pinned:
        return Refusal(
            strategy=draft.strategy, kind="control", reason=f"{pinned[0].pinned}.", lines=pinned[0].lines
        )
    return _apart(draft, operations)


def _apart(draft: Draft, operations: list[Operation]) -> Refusal:
    """Say that operations are there, but no two that could meet."""
    kind = "call" if draft.strategy == "threads" else "await"
    shown = operations or [each for each in draft.analysis.operations if each.kind == kind]
    first = shown[0].lines
    if not operations:
        reason = f"the cell does not itself run the operation on line {first[0]}"
    elif len(operations) == 1:
        reason = f"line {first[0]} holds the only operation"
    else:
        reason = f"the operations on {_listed(shown)} stand in different blocks"
    return Refusal(strategy=draft.strategy, kind="nothing", reason=f"{reason}.", lines=first)


def _listed(operations: list[Operation]) -> str:
    *most, last = sorted({each.lines[0] for each in operations})
    return f"lines {', '.join(map(str, most))} and {last}" if most else f"line {last}"

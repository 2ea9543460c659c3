"""Chooses, among all that keeps a cell in order, the reason that helps the user most."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.dependences import Dependence, severity
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.hidden_waits import hidden_waits
from perfmagic.analysis.hints import ANY_CASE, VALUE, otherwise
from perfmagic.analysis.statements import DEFINITIONS, inner_statements, own_expressions
from perfmagic.analysis.steps import Step
from perfmagic.model.plan import Refusal
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.nothing_overlaps import nothing_overlaps
from perfmagic.strategies.ordering import ordering, rewritable_blocks

STARTERS = frozenset({"create_task", "ensure_future", "TaskGroup", "start_soon", "run_in_executor", "submit"})
BELOW_NOTES = frozenset({"output", "anti", "flow", "control"})
"""Causes that tell less than what a strategy noted itself, such as why a loop stays as it is."""

REORDERABLE = frozenset({"output", "anti", "flow", "effect"})


def precondition(strategy: str, analysis: Analysis, *, wants_await: bool) -> Refusal | None:
    """Return why the strategy has no subject in this cell, or ``None`` if it has."""
    starter = _starter(analysis)
    if starter is not None:
        return Refusal(
            strategy=strategy,
            kind="already",
            reason=f"line {starter.lineno} already starts operations that overlap.",
            lines=(starter.lineno, starter.end_lineno or starter.lineno),
            hint="to see what that brings, compare the cell in plain order: one call after the other",
        )
    kind = "await" if wants_await else "call"
    if any(each.kind == kind for each in analysis.operations):
        return None
    return _without_subject(strategy, analysis, wants_await=wants_await)


def _without_subject(strategy: str, analysis: Analysis, *, wants_await: bool) -> Refusal:
    """Say what the cell has none of; where it is not read to the end, say that."""
    whole = analysis.effects.of(analysis.tree).barriers
    unread = next((each for each in whole if "too deeply" in each.reason or "too large" in each.reason), None)
    if unread is not None:
        hint = "write the statement as several ones, with names for the parts"
        return Refusal(strategy=strategy, kind="unknown", reason=f"{unread.reason}.", hint=hint)
    if wants_await and analysis.awaits:
        reason = "the cell awaits nothing but the turns of its loops and its with statements."
        hint = "put what can go on meanwhile beside the loop, as an await of its own"
    elif wants_await:
        reason, hint = "the cell awaits nothing.", "threads and processes are for calls that block or compute"
    elif any(isinstance(each, ast.Call) for each in ast.walk(analysis.tree)):
        reason = "no call of the cell is known to wait or to compute for long."
        hint = "if one takes long, put it into a function of your own: what takes no time cannot gain any"
    else:
        reason, hint = "the cell calls nothing.", "put what takes long into functions, one call each"
    return Refusal(strategy=strategy, kind="nothing", reason=reason, hint=hint)


def _starter(analysis: Analysis) -> ast.expr | None:
    """Return what starts something that overlaps; a function of the user that has such a name is none."""
    own = {
        id(node.func)
        for node in ast.walk(analysis.tree)
        if isinstance(node, ast.Call) and analysis.effects.callee(node).kind == "user"
    }
    for node in ast.walk(analysis.tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in STARTERS and isinstance(node, ast.expr) and id(node) not in own:
            return node
    return None


def explain(draft: Draft) -> Refusal:
    """Return the most useful reason why nothing in the cell can overlap."""
    asynchronous = draft.strategy not in {"threads", "processes"}
    blocks = {each.key for each in rewritable_blocks(draft.analysis, asynchronous=asynchronous)}
    found = sorted(_reasons(draft, blocks), key=severity)
    if draft.refusals and (not found or found[0].cause in BELOW_NOTES):
        return _with_hint(draft.refusals[0])
    if not found:
        operations = [each for each in draft.analysis.operations if each.block in blocks]
        return nothing_overlaps(draft, operations)
    if all(each.cause == "flow" and _is_name(each) for each in found):
        return _chain(draft, min(found, key=lambda each: (each.lines, each.location is None)))
    return _told(draft, found[0])


def _with_hint(refusal: Refusal) -> Refusal:
    if refusal.hint is not None:
        return refusal
    return replace(refusal, hint=otherwise(refusal.kind, refusal.reason))


def _is_name(dependence: Dependence) -> bool:
    return dependence.location is None or dependence.location.kind is Kind.NAME


def _reasons(draft: Draft, blocks: set[int]) -> Iterator[Dependence]:
    """Yield what keeps two things that wait apart in one block, directly or through the code between them."""
    analysis = draft.analysis
    holding = _holding(analysis, blocks)
    for block in analysis.blocks:
        if block.key not in blocks:
            continue
        order = ordering(analysis, block, draft.options)
        waiting = {
            step.index
            for step in order.steps
            if step.role == "operation" or ((block.key, step.statement) in holding and step.role == "rest")
        }
        first = min(waiting, default=len(order.steps))
        for later in sorted(waiting):
            yield from (each for each in order.before.get(later, ()) if each.earlier >= first)


def _holding(analysis: Analysis, blocks: set[int]) -> set[tuple[int, int]]:
    """Return block and position of each statement that runs operations of the given blocks inside it, or waits unseen."""
    hidden = [each for each in hidden_waits(analysis) if each.block in blocks]
    found = {(each.block, each.statement) for each in hidden}
    for operation in (*analysis.operations, *hidden):
        block = analysis.blocks[operation.block]
        while block.key in blocks and block.parent is not None:
            parent = analysis.blocks[block.parent]
            if isinstance(parent.statements[block.position], DEFINITIONS):
                break
            found.add((parent.key, block.position))
            block = parent
    return found


def _told(draft: Draft, best: Dependence) -> Refusal:
    """Return a dependence as a refusal."""
    steps = draft.analysis.steps[best.block]
    earlier, later = steps[best.earlier], steps[best.later]
    cause, ending = (
        best.cause,
        ": their order must stay" if best.location is not None and best.cause in REORDERABLE else "",
    )
    if earlier.statement == later.statement and later.role == "rest":
        return _header(draft, later)
    if best.location is not None and best.location.kind is Kind.SERIALISED:
        cause, ending = "exclusive", ""  # an option that lets them overlap would gain nothing
    elif any(_bound(each) for each in (earlier, later)):
        ending = ": a task of its own has its own context"
    elif cause == "control":
        ending = f": line {later.lines[0]} has to wait for that" if earlier.guard is not None else ""
        cause = _shared_state(draft, best) or cause
    return Refusal(
        strategy=draft.strategy,
        kind=cause,
        reason=f"{best.reason}{ending}.",
        lines=best.lines,
        hint=best.hint,
    )


def _bound(step: Step) -> bool:
    return any(each.kind in {Kind.CONTEXT, Kind.TASK} for each in step.effects.reads | step.effects.writes)


def _shared_state(draft: Draft, best: Dependence) -> str | None:
    """Return ``output`` where two statements write one object, and the first reads it before it waits."""
    steps = draft.analysis.steps[best.block]
    pair = [steps[best.earlier].statement, steps[best.later].statement]
    if not isinstance(draft.analysis.blocks[best.block].statements[pair[0]], ast.AugAssign):
        return None
    shared = (
        each.location is not None
        and each.location.kind is Kind.OBJECT
        and each.kind == "output"
        and [steps[each.earlier].statement, steps[each.later].statement] == pair
        for each in draft.analysis.dependences_in(best.block)
    )
    return "output" if any(shared) else None


def _header(draft: Draft, inside: Step) -> Refusal:
    """Say that the operation at the head of a statement decides about those inside it."""
    line = inside.lines[0]
    block = next(each for each in draft.analysis.blocks if inside in draft.analysis.steps[each.key])
    statement = block.statements[inside.statement]
    made = {
        each.target.id
        for part in own_expressions(statement)
        for each in ast.walk(part)
        if isinstance(each, ast.NamedExpr)
    }
    used = [
        each.id
        for part in inner_statements(statement)
        for each in ast.walk(part)
        if isinstance(each, ast.Name) and each.id in made
    ]
    what = f"gives {used[0]!r} to what is inside the statement" if used else "decides what happens inside it"
    return Refusal(
        strategy=draft.strategy,
        kind="flow" if used else "control",
        reason=f"the operation at the head of line {line} {what}.",
        lines=inside.lines,
        hint=VALUE if used else ANY_CASE,
    )


def _chain(draft: Draft, first: Dependence) -> Refusal:
    steps = draft.analysis.steps[first.block]
    later = steps[first.later]
    if steps[first.earlier].statement == later.statement and later.role == "rest":
        return _header(draft, later)
    return Refusal(
        strategy=draft.strategy,
        kind="flow",
        reason=f"each step needs the one before: {first.reason}.",
        lines=first.lines,
        hint=VALUE,
    )

"""A pool of processes for calls that compute: hand over early, take the result in place.

Each process has an interpreter of its own, so Python code overlaps there too, on copies of what it is given. loky's pool keeps
its processes from one use to the next, and takes functions and classes that the notebook defines along by value.
"""

import ast
import importlib.util
import os
from dataclasses import replace as changed

from perfmagic.analysis.analysis import Analysis, without
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.parentheses import in_place
from perfmagic.analysis.statements import Operation
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies.draft import Draft, draft, finish
from perfmagic.strategies.fan_out import rewrite_loops
from perfmagic.strategies.loops_in_processes import ProcessLoops
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import ordering, rewritable_blocks
from perfmagic.strategies.process_pool import ProcessPool
from perfmagic.strategies.process_safety import unfit
from perfmagic.strategies.process_starts import Handover, handovers
from perfmagic.strategies.process_subjects import trivial_around_others
from perfmagic.strategies.refusals import explain, precondition
from perfmagic.strategies.separate_lines import with_separate_lines
from perfmagic.strategies.start_early import is_safe
from perfmagic.strategies.thread_pool import submission
from perfmagic.strategies.thread_settings import usual_settings_only

NAME = "processes"
FEWEST = 2
LIBRARY = "loky"
INSTALL = 'pip install "perfmagic[processes]"'
COPIES = "the calls work on copies, and what they return shares no object with what they were given."
FOLDER = "the working directory is the one in which the worker processes were started."
STARTED = "the worker processes are there: starting them takes time once, which is not part of the times."


def plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the cell with its independent computing calls in processes, or why none can be."""
    if importlib.util.find_spec(LIBRARY) is None:
        reason = f"the package {LIBRARY!r} is not installed."
        return Refusal(strategy=NAME, kind="missing", reason=reason, hint=INSTALL)
    return with_separate_lines(_plan, analysis, options)


def _plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    if analysis.awaits:
        reason = "the cell awaits; a pool would block the loop it awaits on."
        return Refusal(strategy=NAME, kind="nothing", reason=reason, hint="gather and tasks apply to awaits")
    refusal = precondition(NAME, analysis, wants_await=False)
    if refusal is not None:
        return refusal
    analysis = without(analysis, trivial_around_others(analysis))
    most = options.workers or _cores()
    if most < FEWEST:
        reason = "one worker process works on one call at a time."
        return Refusal(
            strategy=NAME, kind="limit", reason=reason, hint="--workers 2, where there are two cores"
        )
    first, count = _written(analysis, options, most)
    if isinstance(first, Refusal) or count >= most:
        return first
    return _written(analysis, options, count)[0]


def _cores() -> int:
    """Return the cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _written(analysis: Analysis, options: Options, workers: int) -> tuple[Plan | Refusal, int]:
    """Return the cell with a pool of so many workers, and how many could be busy at once."""
    made = draft(NAME, analysis, options)
    writer = _Writer(made, ProcessPool(made, workers))
    done: set[int] = set()
    changes = [writer.rewrite(block, done) for block in rewritable_blocks(analysis, asynchronous=False)]
    if not any(changes):
        return explain(made), 0
    made.imports[f"from {LIBRARY} import get_reusable_executor"] = None
    made.notes.extend((COPIES, STARTED))
    if _reads_files(made):
        made.notes.append(FOLDER)
    answer = finish(made, slots=workers, one_thread=False)
    return (changed(answer, workers=workers) if isinstance(answer, Plan) else answer), made.in_flight


def _reads_files(made: Draft) -> bool:
    touched = made.analysis.effects.of(*(each.node for each in made.overlapped))
    return any(each.kind is Kind.FILE for each in touched.reads)


class _Writer:
    """Writes the blocks of one draft."""

    def __init__(self, made: Draft, pool: ProcessPool) -> None:
        self._draft = made
        self._pool = pool

    def rewrite(self, block: Block, done: set[int]) -> bool:
        """Hand over what can be in one block; whether anything was changed."""
        made = self._draft
        if block.key in done or block.parent in done:
            done.add(block.key)
            return False
        if not usual_settings_only(made, block):
            return False
        looped = rewrite_loops(made, block, ProcessLoops(made, self._pool), done)
        straight = self._straight(block)
        self._pool.get(block)
        return looped or straight

    def _straight(self, block: Block) -> bool:
        made = self._draft
        order = ordering(made.analysis, block, made.options)
        found = handovers(order, self._fit(block))
        statements = order.block.statements
        edges = [statements[each] for start in found for each in (start.position, start.step.statement)]
        if not found or not made.alone(edges):
            return False
        first = min(each.position for each in found)
        self._pool.used(block, statements[first])
        for each in found:
            self._hand_over(block, each)
        made.orderings.append(order)
        made.overlapped.extend(each.operation for each in found)
        made.in_flight = max(made.in_flight, len(found))
        return True

    def _fit(self, block: Block) -> frozenset[int]:
        """Return the keys of the block's operations that may leave this process; notes why others may not."""
        fit: set[int] = set()
        for each in self._draft.analysis.operations:
            if each.block == block.key and not each.conditional:
                reason = unfit(self._draft.analysis, each)
                if reason is None:
                    fit.add(each.key)
                else:
                    self._draft.refuse(reason.kind, reason.reason, each.lines, reason.hint)
        return frozenset(fit)

    def _hand_over(self, block: Block, call: Handover) -> None:
        made, operation = self._draft, call.operation
        future = made.names.new(f"{stem(operation.label)}_future")
        line = f"{future} = {submission(self._pool.executor, _call(operation), made.text)}"
        made.before(block.statements[call.position], [line])
        made.edits.append(in_place(operation.node, f"{future}.result()", made.text))
        if call.position < call.step.statement and not is_safe(operation.expression):
            where = operation.lines[0]
            note = f"the arguments of the call on line {where}, which are now evaluated sooner, can be evaluated."
            made.notes.append(note)


def _call(operation: Operation) -> ast.Call:
    assert isinstance(operation.node, ast.Call)
    return operation.node

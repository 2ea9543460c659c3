"""What the strategies for cells that await have in common: which blocks are rewritten, and how a plan is made."""

from collections.abc import Callable

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies.awaitables import slots_of
from perfmagic.strategies.draft import Draft, draft, finish
from perfmagic.strategies.ordering import rewritable_blocks
from perfmagic.strategies.refusals import explain, precondition

RewriteBlock = Callable[[Draft, Block, set[int]], bool]
"""Rewrites one block, notes the blocks that are dealt with, and tells whether anything changed."""


def plan_awaiting(name: str, analysis: Analysis, options: Options, rewrite: RewriteBlock) -> Plan | Refusal:
    """Return the cell with every block rewritten that can be, or why none can."""
    refusal = precondition(name, analysis, wants_await=True)
    if refusal is not None:
        return refusal
    made = draft(name, analysis, options)
    done: set[int] = set()
    changed = [rewrite(made, block, done) for block in rewritable_blocks(analysis, asynchronous=True)]
    if not any(changed):
        return explain(made)
    made.imports["import asyncio"] = None
    return finish(made, slots=slots_of(analysis, made), one_thread=True)

"""Loops with ``asyncio.gather``: all results first, then the loop over them."""

import ast

from perfmagic.analysis.edits import replace
from perfmagic.analysis.loops import FanOut
from perfmagic.analysis.parentheses import awaited
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, generators, header, results_taken, without_head
from perfmagic.strategies.start_early import is_safe

FIRST_IN_TIME = (
    "no gathered operation fails: gather raises the error that comes first in time and lets the others go on."
)
"""The assumption of every gathered rewrite."""


class GatheredLoops:
    """Writes loops for gather."""

    definition = "async def"
    waits = True

    def __init__(self, made: Draft) -> None:
        self._draft = made

    def note(self, fan: FanOut) -> None:
        """State the assumption, unless the operations are known not to raise."""
        effects = self._draft.analysis.effects
        if any(
            effects.callee(each.node).may_raise or not is_safe(each.expression) for each in fan.operations
        ):
            self._draft.notes.append(FIRST_IN_TIME)

    def body(self, expression: ast.expr) -> str:
        """Return ``await expression``."""
        return f"await {awaited(expression, self._draft.text)}"

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """``results = await asyncio.gather(...)``, then the loop over items and results."""
        made = self._draft
        self.note(fan)
        results = made.names.new("results")
        gathered = f"{results} = await asyncio.gather(*[{parts.call} for {parts.each} in {parts.items}])"
        made.before(loop, [*parts.helper, *parts.setup, gathered])
        made.edits.append(
            header(loop, f"{parts.target}, {parts.value}", f"zip({parts.items}, {results})", made.text)
        )
        made.edits.extend([*without_head(fan), *results_taken(fan, parts.results)])

    def write_comprehension(self, fan: FanOut, loop: ast.expr, parts: Iterate, *, exact: bool) -> None:
        """Gather inside the expression."""
        made = self._draft
        self.note(fan)
        assert isinstance(loop, ast.ListComp | ast.SetComp | ast.DictComp)
        if parts.helper or parts.setup:
            made.before(fan.statement, [*parts.helper, *parts.setup])
        if exact:
            text = f"await asyncio.gather(*[{parts.call} {generators(loop, made.text)}])"
            made.edits.append(replace(loop, f"set({text})" if isinstance(loop, ast.SetComp) else text))
            return
        text = f"await asyncio.gather(*[{parts.call} for {parts.each} in {parts.items}])"
        made.edits.append(
            header(
                loop.generators[0],
                f"{parts.target}, {parts.results[0]}",
                f"zip({parts.items}, {text})",
                made.text,
            )
        )
        made.edits.extend(results_taken(fan, parts.results))

"""Loops over a thread pool: ``executor.map`` gives the results in order, and the loop goes over them."""

import ast

from perfmagic.analysis.edits import INDENT, replace
from perfmagic.analysis.loops import FanOut
from perfmagic.analysis.parentheses import returned
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, generators, header, results_taken, without_head
from perfmagic.strategies.thread_pool import pool, submission


class ThreadLoops:
    """Writes loops for threads."""

    definition = "def"
    waits = False

    def __init__(self, made: Draft) -> None:
        self._draft = made

    def body(self, expression: ast.expr) -> str:
        """Return the call itself."""
        return returned(expression, self._draft.text)

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Loop over items and mapped results inside the pool."""
        made = self._draft
        executor = made.names.new("executor")
        region = made.region(loop, loop)
        lines = [*parts.helper, *parts.setup, self._pool(fan, executor)]
        if parts.function is not None:
            mapped = f"{executor}.map({parts.function}, {parts.items})"
        else:
            futures, future = made.names.new("futures"), made.names.new("future")
            lines.append(
                f"{INDENT}{futures} = [{self._submit(fan, executor, parts)} for {parts.each} in {parts.items}]"
            )
            mapped = f"[{future}.result() for {future} in {futures}]"
        made.before(loop, lines, region=region)
        made.edits.append(
            header(loop, f"{parts.target}, {parts.value}", f"zip({parts.items}, {mapped})", made.text)
        )
        made.edits.extend([*without_head(fan), *results_taken(fan, parts.results)])

    def write_comprehension(self, fan: FanOut, loop: ast.expr, parts: Iterate, *, exact: bool) -> None:
        """Map or submit inside the pool, and build the collection from the results."""
        made = self._draft
        assert isinstance(loop, ast.ListComp | ast.SetComp | ast.DictComp)
        executor = made.names.new("executor")
        region = made.region(fan.statement, fan.statement)
        lines = [*parts.helper, *parts.setup, self._pool(fan, executor)]
        mappable = parts.function is not None and len(loop.generators) == 1 and not loop.generators[0].ifs
        mapped = f"{executor}.map({parts.function}, {parts.items})"
        if not mappable:
            futures, future = made.names.new("futures"), made.names.new("future")
            over = generators(loop, made.text) if exact else f"for {parts.each} in {parts.items}"
            lines.append(f"{INDENT}{futures} = [{self._submit(fan, executor, parts)} {over}]")
            mapped = f"[{future}.result() for {future} in {futures}]"
        if exact:
            kind = "set" if isinstance(loop, ast.SetComp) else "list"
            made.edits.append(
                replace(loop, mapped if kind == "list" and not mappable else f"{kind}({mapped})")
            )
        else:
            made.edits.append(
                header(
                    loop.generators[0],
                    f"{parts.target}, {parts.results[0]}",
                    f"zip({parts.items}, {mapped})",
                    made.text,
                )
            )
            made.edits.extend(results_taken(fan, parts.results))
        made.before(fan.statement, lines, region=region)
        shown = made.keep_value_shown(fan.block, fan.statement)
        if shown:
            made.after(fan.statement, shown, region=region)

    def _submit(self, fan: FanOut, executor: str, parts: Iterate) -> str:
        call = fan.operations[0].expression
        if parts.helper or not isinstance(call, ast.Call):
            return f"{executor}.submit({', '.join([parts.call.split('(', 1)[0], *fan.targets])})"
        return submission(executor, call, self._draft.text)

    def _pool(self, fan: FanOut, executor: str) -> str:
        """Open a pool with a worker for each item, as far as the options and the number of items are known."""
        options = self._draft.options
        wanted = options.workers or min(options.limit, fan.iteration.count or options.limit)
        workers = min(wanted, options.limit)
        self._draft.in_flight = max(self._draft.in_flight, workers)
        return pool(executor, workers)

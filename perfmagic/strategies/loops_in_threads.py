"""Loops over a thread pool: ``executor.map`` gives the results in order, and the loop goes over them."""

import ast

from perfmagic.analysis.edits import INDENT, replace
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm
from perfmagic.analysis.parentheses import returned
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, Pairing, last_operations
from perfmagic.strategies.loop_lines import generators, header, results_taken, stays_empty, take_results
from perfmagic.strategies.loop_sites import Begun, Turn, Words, place
from perfmagic.strategies.loops_gathered import one_by_one, value_of
from perfmagic.strategies.thread_pool import pool, submission

FUTURES = Words(many="futures", one="future", turn="started", take="{}.result()")


class ThreadLoops:
    """Writes loops for threads."""

    definition = "def"
    waits = False
    words = FUTURES

    def __init__(self, made: Draft) -> None:
        self._draft = made

    def body(self, expression: ast.expr) -> str:
        """Return the call itself."""
        return returned(expression, self._draft.text)

    def chosen(self, found: LoopForm) -> LoopForm | Obstacle:
        """Take the form that was found, but let no thread wait for another."""
        return one_by_one(found)

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Loop over items and mapped results inside the pool; over futures if an error must find the loop where it was."""
        made = self._draft
        fails = any(made.analysis.effects.may_fail(each.node) for each in fan.operations)
        if fails or fan.caught is not None:
            self._take_each(fan, loop, parts)
            return
        executor = made.names.new("executor")
        region = made.region(loop, loop)
        lines = [*parts.helper, *parts.setup, self._pool(fan, executor)]
        if parts.function is not None:
            mapped = f"{executor}.map({parts.function}, {parts.items})"
        else:
            over = f"for {parts.each} in {parts.items}"
            started, mapped = _futures(made, f"{self._submit(fan, executor, parts)} {over}")
            lines.append(started)
        made.before(loop, lines, region=region)
        values = value_of(made, parts)
        made.edits.append(
            header(loop, f"{parts.target}, {values}", f"zip({parts.items}, {mapped})", made.text)
        )
        left = ["pass"] if fan.head and stays_empty(fan) else []
        take_results(made, fan, left, results_taken(last_operations(fan), parts.results, made.text))

    def _take_each(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        made = self._draft
        executor, futures, future = (made.names.new(each) for each in ("executor", "futures", "future"))
        region = made.region(loop, loop)
        submitted = f"{self._submit(fan, executor, parts)} for {parts.each} in {parts.items}"
        started = f"{INDENT}{futures} = [{submitted}]"
        made.before(loop, [*parts.helper, *parts.setup, self._pool(fan, executor), started], region=region)
        made.edits.append(
            header(loop, f"{parts.target}, {future}", f"zip({parts.items}, {futures})", made.text)
        )
        last = last_operations(fan)
        if fan.simple:
            take_results(made, fan, [], results_taken(last, [f"{future}.result()"], made.text))
        else:
            names = f"{', '.join(parts.values)} = " if parts.values else ""
            take_results(
                made, fan, [f"{names}{future}.result()"], results_taken(last, parts.results, made.text)
            )

    def write_comprehension(self, fan: FanOut, loop: Comprehension, parts: Iterate, pairing: Pairing) -> None:
        """Map or submit inside the pool, and build the collection from the results."""
        made = self._draft
        assert fan.element is not None
        executor = made.names.new("executor")
        region = made.region(fan.statement, fan.statement)
        lines = [*parts.helper, *parts.setup, self._pool(fan, executor)]
        single = len(loop.generators) == 1 and (not loop.generators[0].ifs or pairing == "beside its item")
        mappable = parts.function is not None and single
        mapped = f"{executor}.map({parts.function}, {parts.items})"
        if not mappable:
            over = f"for {parts.each} in {parts.items}"
            if pairing != "beside its item":
                over = generators(loop, made.text, parts.items if parts.setup else None)
            started, mapped = _futures(made, f"{self._submit(fan, executor, parts)} {over}")
            lines.append(started)
        if pairing == "itself":
            kind = "set" if isinstance(loop, ast.SetComp) else "list"
            plain = kind == "list" and not mappable
            made.edits.append(replace(loop, mapped if plain else f"{kind}({mapped})"))
        elif pairing == "beside its item":
            result = parts.results[0]
            zipped = f"zip({parts.items}, {mapped})"
            made.edits.append(header(loop.generators[0], f"{parts.target}, {result}", zipped, made.text))
            made.edits.append(replace(fan.element, result))
        else:
            results = made.names.new("results")
            lines.append(f"{INDENT}{results} = iter({mapped})")
            if parts.setup:
                made.edits.append(replace(loop.generators[0].iter, parts.items))
            made.edits.append(replace(fan.element, f"next({results})"))
        made.before(fan.statement, lines, region=region)
        shown = made.keep_value_shown(fan.block, fan.statement)
        if shown:
            made.after(fan.statement, shown, region=region)

    def write_in_place(self, found: InPlace, parts: Begun) -> None:
        """Submit every call, then run the loop as it was and take each result where its call stood."""
        made, loop = self._draft, found.statement
        executor = made.names.new("executor")
        turns = place(made, found, parts, FUTURES)
        begun = zip(parts.turns, parts.lists, strict=True)
        started = [f"{name} = [{_begin(made, turn, executor)} {turn.over}]" for turn, name in begun]
        inside = [f"{INDENT}{each}" for each in (*started, *turns)]
        made.before(
            loop, [*parts.lines, self._pool(found, executor), *inside], region=made.region(loop, loop)
        )

    def write_pipeline(self, found: LoopForm, loop: ast.AsyncFor, parts: Iterate) -> None:
        """Never called: code in threads has no ``async for``."""
        raise AssertionError(found, loop, parts)

    def _submit(self, fan: FanOut, executor: str, parts: Iterate) -> str:
        call = fan.operations[0].expression
        if parts.helper or not isinstance(call, ast.Call):
            return f"{executor}.submit({', '.join([parts.call.split('(', 1)[0], *fan.targets])})"
        return submission(executor, call, self._draft.text)

    def _pool(self, found: FanOut | InPlace, executor: str) -> str:
        """Open a pool with a worker for each item, as far as the options and the number of items are known."""
        options = self._draft.options
        counted = found.iteration.count if isinstance(found, FanOut) else None
        wanted = options.workers or min(options.limit, counted or options.limit)
        workers = min(wanted, options.limit)
        self._draft.in_flight = max(self._draft.in_flight, workers)
        return pool(executor, workers)


def _futures(made: Draft, submitted: str) -> tuple[str, str]:
    """Return the line that submits all calls, and the list of their results."""
    futures, future = made.names.new("futures"), made.names.new("future")
    return f"{INDENT}{futures} = [{submitted}]", f"[{future}.result() for {future} in {futures}]"


def _begin(made: Draft, turn: Turn, executor: str) -> str:
    """Return the call of one turn, handed to the pool."""
    call = turn.operation.expression
    if turn.function is not None or not isinstance(call, ast.Call):
        return f"{executor}.submit({', '.join([turn.function or turn.call, *turn.arguments])})"
    return submission(executor, call, made.text)

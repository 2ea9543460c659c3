"""Loops over a pool of processes: ``executor.map`` gives the results in order, and the loop goes over them."""

import ast

from perfmagic.analysis.edits import replace
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm
from perfmagic.analysis.parentheses import returned
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, Pairing, last_operations
from perfmagic.strategies.level_checks import may_raise
from perfmagic.strategies.loop_lines import generators, header, results_taken, stays_empty, take_results
from perfmagic.strategies.loop_sites import Begun, Turn, Words, place
from perfmagic.strategies.loops_gathered import one_by_one, value_of
from perfmagic.strategies.process_loops import fitting
from perfmagic.strategies.process_pool import ProcessPool
from perfmagic.strategies.thread_pool import submission

FUTURES = Words(many="futures", one="future", turn="started", take="{}.result()")
CHUNKS_A_WORKER = 4
"""Items are sent in so many pieces to each worker: fewer messages, and still no worker that is left with all the slow ones."""


class ProcessLoops:
    """Writes loops for processes."""

    definition = "def"
    waits = False
    words = FUTURES

    def __init__(self, made: Draft, pool: ProcessPool) -> None:
        self._draft = made
        self._pool = pool

    def body(self, expression: ast.expr) -> str:
        """Return the call itself."""
        return returned(expression, self._draft.text)

    def chosen(self, found: LoopForm) -> LoopForm | Obstacle:
        """Take the form that was found, or say why its operations stay in this process."""
        single = one_by_one(found)
        return single if isinstance(single, Obstacle) else fitting(self._draft.analysis, single)

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Loop over items and their results; where a call may raise, its item must be bound when it does."""
        made = self._draft
        self._note(fan)
        lines = [*parts.helper, *parts.setup]
        last = last_operations(fan)
        sure = fan.caught is None and not may_raise(made.analysis, fan.operations)
        if parts.function is not None and sure:
            mapped = f"{self._pool.executor}.map({parts.function}, {parts.items})"
            one, taken, results = value_of(made, parts), list[str](), parts.results
            if fan.head and stays_empty(fan):
                taken = ["pass"]
        else:
            mapped, one = made.names.new("futures"), made.names.new("future")
            lines.append(f"{mapped} = [{self._submit(fan, parts)} for {parts.each} in {parts.items}]")
            names = f"{', '.join(parts.values)} = " if parts.values else ""
            taken = [] if fan.simple else [f"{names}{one}.result()"]
            results = (f"{one}.result()",) if fan.simple else parts.results
        if lines:
            made.before(loop, lines)
        made.edits.append(header(loop, f"{parts.target}, {one}", f"zip({parts.items}, {mapped})", made.text))
        take_results(made, fan, taken, results_taken(last, results, made.text))

    def write_comprehension(self, fan: FanOut, loop: Comprehension, parts: Iterate, pairing: Pairing) -> None:
        """Map or submit, and build the collection from the results."""
        made = self._draft
        assert fan.element is not None
        self._note(fan)
        lines = [*parts.helper, *parts.setup]
        single = len(loop.generators) == 1 and (not loop.generators[0].ifs or pairing == "beside its item")
        mappable = parts.function is not None and single
        mapped = (
            f"{self._pool.executor}.map({parts.function}, {parts.items}{_chunks(fan, self._pool.workers)})"
        )
        if not mappable:
            over = f"for {parts.each} in {parts.items}"
            if pairing != "beside its item":
                over = generators(loop, made.text, parts.items if parts.setup else None)
            started, mapped = _futures(made, f"{self._submit(fan, parts)} {over}")
            lines.append(started)
        if pairing == "itself":
            kind = "set" if isinstance(loop, ast.SetComp) else "list"
            plain = kind == "list" and not mappable
            made.edits.append(replace(loop, mapped if plain else f"{kind}({mapped})"))
        elif pairing == "beside its item":
            zipped = f"zip({parts.items}, {mapped})"
            targets = f"{parts.target}, {parts.results[0]}"
            made.edits.append(header(loop.generators[0], targets, zipped, made.text))
            made.edits.append(replace(fan.element, parts.results[0]))
        else:
            results = made.names.new("results")
            lines.append(f"{results} = iter({mapped})")
            if parts.setup:
                made.edits.append(replace(loop.generators[0].iter, parts.items))
            made.edits.append(replace(fan.element, f"next({results})"))
        if lines:
            made.before(fan.statement, lines)

    def write_in_place(self, found: InPlace, parts: Begun) -> None:
        """Submit every call, then run the loop as it was and take each result where its call stood."""
        made = self._draft
        self._note(found)
        turns = place(made, found, parts, FUTURES)
        begun = zip(parts.turns, parts.lists, strict=True)
        started = [f"{name} = [{self._begin(turn)} {turn.over}]" for turn, name in begun]
        made.before(found.statement, [*parts.lines, *started, *turns])

    def write_pipeline(self, found: LoopForm, loop: ast.AsyncFor, parts: Iterate) -> None:
        """Never called: code without ``await`` has no ``async for``."""
        raise AssertionError(found, loop, parts)

    def _begin(self, turn: Turn) -> str:
        call = turn.operation.expression
        if turn.function is not None or not isinstance(call, ast.Call):
            return f"{self._pool.executor}.submit({', '.join([turn.function or turn.call, *turn.arguments])})"
        return submission(self._pool.executor, call, self._draft.text)

    def _submit(self, fan: FanOut, parts: Iterate) -> str:
        call = fan.operations[0].expression
        if parts.helper or not isinstance(call, ast.Call):
            return f"{self._pool.executor}.submit({', '.join([parts.call.split('(', 1)[0], *fan.targets])})"
        return submission(self._pool.executor, call, self._draft.text)

    def _note(self, found: FanOut | InPlace) -> None:
        """Note that the pool is needed, and by how many calls at once."""
        counted = found.iteration.count if isinstance(found, FanOut) else None
        self._draft.in_flight = max(self._draft.in_flight, counted or self._pool.workers)
        self._pool.used(found.block, found.statement)


def _futures(made: Draft, submitted: str) -> tuple[str, str]:
    """Return the line that submits all calls, and the list of their results."""
    futures, future = made.names.new("futures"), made.names.new("future")
    return f"{futures} = [{submitted}]", f"[{future}.result() for {future} in {futures}]"


def _chunks(fan: FanOut, workers: int) -> str:
    """Return the argument that sends many items in pieces; a comprehension that fails leaves nothing, however it is cut."""
    size = (fan.iteration.count or 0) // (workers * CHUNKS_A_WORKER)
    return f", chunksize={size}" if size > 1 else ""

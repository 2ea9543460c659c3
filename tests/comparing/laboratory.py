"""Comparisons on time of their own, in a plain namespace: no shell, no waiting.

A cell spends time with ``time.sleep`` and ``asyncio.sleep``: the analysis knows them, and the compiler of this host
puts the fake clock in their place.
"""

import ast
import asyncio
import io
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field

from perfmagic.comparing.compare import Result, Setting, compare
from perfmagic.model.cell import Cell
from perfmagic.model.comparison import Candidate, Comparison
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.runners.interrupt import Interrupt
from perfmagic.runners.program import Program, compile_program
from perfmagic.runners.worker_threads import workers_alive

CLOCK = "_clock_"
"""Where the compiled cell finds the clock."""


@dataclass
class FakeClock:
    """Time that passes only where a cell sleeps.

    Attributes
    ----------
    busy
        Share of the time that counts as CPU time.
    log
        All sleeps so far, in seconds, in order: cells that sleep differently can be told apart in it.
    at_sleep
        Called at the beginning of each sleep with the number of sleeps so far.
    stretch
        What a sleep is multiplied by, given the number of sleeps so far.
    """

    now_s: float = 1024.0
    cpu_now_s: float = 0.0
    busy: float = 0.0
    log: list[float] = field(default_factory=list)
    at_sleep: Callable[[int], None] | None = None
    stretch: Callable[[int], float] = lambda _: 1.0

    def wall_s(self) -> float:
        return self.now_s

    def cpu_s(self) -> float:
        return self.cpu_now_s

    def _begin(self, seconds: float) -> float:
        self.log.append(seconds)
        if self.at_sleep is not None:
            self.at_sleep(len(self.log))
        return seconds * self.stretch(len(self.log))

    def sleep(self, seconds: float) -> None:
        taken_s = self._begin(seconds)
        self.now_s += taken_s
        self.cpu_now_s += taken_s * self.busy

    async def sleep_async(self, seconds: float) -> None:
        """Sleeps that begin together end together, as on a loop."""
        due_s = self.now_s + self._begin(seconds)
        await asyncio.sleep(0)
        self.now_s = max(self.now_s, due_s)


class _OnFakeTime(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        replaced = {"time.sleep": "sleep", "asyncio.sleep": "sleep_async"}.get(ast.unparse(node))
        if replaced is None:
            return node
        name = ast.copy_location(ast.Name(CLOCK, ast.Load()), node)
        return ast.copy_location(ast.Attribute(name, replaced, ast.Load()), node)


@dataclass
class Notes:
    text: io.StringIO = field(default_factory=io.StringIO)

    @property
    def stdout(self) -> str:
        return self.text.getvalue()

    @property
    def displays(self) -> tuple[()]:
        return ()


class PlainHost:
    """A namespace and a compiler; what live runs print is kept in ``shown``."""

    def __init__(self, clock: FakeClock, names: Mapping[str, object]) -> None:
        self.namespace: dict[str, object] = {
            "__name__": "__main__",
            "time": time,
            "asyncio": asyncio,
            CLOCK: clock,
            **names,
        }
        self.shown = ""

    @property
    def local_names(self) -> dict[str, object]:
        return self.namespace

    def parse(self, source: str) -> tuple[ast.Module, str]:
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        return compile(source, "<cell>", "exec", flags, dont_inherit=True), "<cell>"

    def compile(self, tree: ast.Module, filename: str) -> Program:
        timed = ast.fix_missing_locations(_OnFakeTime().visit(tree))
        return compile_program(timed, filename, _compile)

    @contextmanager
    def recording(self, *, live: bool) -> Iterator[Notes]:
        notes = Notes()
        with redirect_stdout(notes.text):
            yield notes
        if live:
            self.shown += notes.stdout

    def flush_figures(self, *, live: bool = True) -> None:
        """There are none."""


def _compile(node: ast.AST, filename: str, mode: str) -> object:
    return compile(node, filename, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


@dataclass
class Experiment:
    """One comparison, and the place where it was made."""

    result: Result
    host: PlainHost
    clock: FakeClock

    @property
    def comparison(self) -> Comparison:
        return self.result.comparison

    def __getitem__(self, strategy: str) -> Candidate:
        return self.comparison.candidate(strategy)

    @property
    def names(self) -> dict[str, object]:
        """What the cell left, without what was there before anything ran."""
        ours = {"__name__", "time", "asyncio", CLOCK, "__builtins__"}
        return {name: value for name, value in self.host.namespace.items() if name not in ours}

    def doubts(self, field: str) -> list[str]:
        return [each.why for each in self.comparison.uncertain if each.field == field]

    def disturbances(self) -> list[str]:
        """What is noted of the machine and of other tasks."""
        return [why for why in self.doubts("candidates") if "meanwhile" in why]

    def samples(self, strategy: str) -> tuple[float, ...]:
        return self[strategy].wall_s.samples


def strategy(name: str, answer: str | Plan | Refusal) -> Callable[[object, Options], Plan | Refusal]:
    plan = Plan(strategy=name, source=answer) if isinstance(answer, str) else answer
    return lambda _analysis, _options: plan


def experiment(
    source: str,
    plans: Mapping[str, str | Plan | Refusal] | None = None,
    *,
    clock: FakeClock | None = None,
    interrupt_at: int | None = None,
    order: random.Random | None = None,
    names: Mapping[str, object] | None = None,
    stranger: str | None = None,
    host: type[PlainHost] = PlainHost,
    **options: object,
) -> Experiment:
    """Compare a cell with the texts of its candidates.

    Parameters
    ----------
    interrupt_at
        The sleep at whose beginning the user presses Ctrl-C, counted from 1.
    stranger
        Name of a task of an earlier cell that is alive meanwhile.
    host
        What runs the cell.
    """
    clock = clock or FakeClock()
    place = host(clock, names or {})

    async def made() -> Result:
        earlier = asyncio.create_task(asyncio.Event().wait(), name=stranger) if stranger else None
        cell = Cell(source=source, python=source, number=7)
        task = asyncio.current_task() if "await" in source else None
        interrupt = Interrupt(task=task, threads_before=workers_alive())
        if interrupt_at is not None:
            clock.at_sleep = lambda count: interrupt.on_signal(2, None) if count == interrupt_at else None
        setting = Setting(
            host=place,
            options=Options(**options),
            strategies={name: strategy(name, answer) for name, answer in (plans or {}).items()},
            clock=clock,
            interrupt=interrupt,
            order=order or random.Random(5),
        )
        found = await compare(cell, setting)
        assert earlier is None or not earlier.done()
        return found

    return Experiment(asyncio.run(made()), place, clock)

"""Comparisons of cells that wait on an event loop whose time passes only while everything waits, or on real threads."""

import ast
import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from perfmagic.comparing.compare import Setting, compare
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.runners.clock import SystemClock
from perfmagic.runners.interrupt import Interrupt
from perfmagic.runners.program import Program, compile_program
from perfmagic.runners.worker_threads import workers_alive
from tests.comparing.laboratory import Experiment, FakeClock, Notes, PlainHost, strategy
from tests.runners.virtual_loop import LoopClock, VirtualLoop


class RealHost(PlainHost):
    """Compiles cells as they are.

    Attributes
    ----------
    spent_s
        What the comparison took on its clock.
    runs
        How many runs there were.
    at_run
        Called when each run begins, with its number from 1.
    """

    spent_s = 0.0
    runs = 0
    at_run: Callable[[int], None] | None = None

    @contextmanager
    def recording(self, *, live: bool) -> Iterator[Notes]:
        self.runs += 1
        if self.at_run is not None:
            self.at_run(self.runs)
        with super().recording(live=live) as notes:
            yield notes

    def compile(self, tree: ast.Module, filename: str) -> Program:
        return compile_program(
            tree,
            filename,
            lambda node, name, mode: compile(
                node, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
            ),
        )


def fuzzed(
    cell: str,
    plans: Mapping[str, str | Plan | Refusal],
    names: Mapping[str, object] | None = None,
    *,
    virtual: bool = True,
    interrupt_at: int | None = None,
    **options: object,
) -> Experiment:
    """Compare a cell with its candidates, all schedules included unless the options say otherwise.

    Parameters
    ----------
    interrupt_at
        The run during which the user presses Ctrl-C, counted from 1.
    """
    host = RealHost(FakeClock(), names or {})
    chosen = {"verify": "fuzz", "rounds": 2, "rerun": True, "profile": False, **options}

    async def made() -> object:
        clock = LoopClock() if virtual else SystemClock()
        interrupt = Interrupt(task=asyncio.current_task(), threads_before=workers_alive())

        def at_run(number: int) -> None:
            if number == interrupt_at:
                asyncio.get_running_loop().call_later(0.01, interrupt.on_signal, 2, None)

        host.at_run = at_run
        setting = Setting(
            host=host,
            options=Options(**chosen),
            strategies={name: strategy(name, answer) for name, answer in plans.items()},
            clock=clock,
            interrupt=interrupt,
            order=random.Random(5),
        )
        before_s = clock.wall_s()
        result = await compare(Cell(source=cell, python=cell), setting)
        host.spent_s = clock.wall_s() - before_s
        return result

    with asyncio.Runner(loop_factory=VirtualLoop if virtual else None) as runner:
        return Experiment(runner.run(made()), host, FakeClock())

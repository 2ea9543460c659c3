"""Comparisons of cells that wait on an event loop whose time passes only while everything waits, or on real threads."""

import ast
import asyncio
import random
from collections.abc import Mapping

from perfmagic.comparing.compare import Setting, compare
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.runners.clock import SystemClock
from perfmagic.runners.interrupt import Interrupt
from perfmagic.runners.program import Program, compile_program
from perfmagic.runners.worker_threads import workers_alive
from tests.comparing.laboratory import Experiment, FakeClock, PlainHost, strategy
from tests.runners.virtual_loop import LoopClock, VirtualLoop


class RealHost(PlainHost):
    """Compiles cells as they are."""

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
    **options: object,
) -> Experiment:
    """Compare a cell with its candidates, all schedules included unless the options say otherwise."""
    host = RealHost(FakeClock(), names or {})
    chosen = {"verify": "fuzz", "rounds": 2, "rerun": True, "profile": False, **options}

    async def made() -> object:
        setting = Setting(
            host=host,
            options=Options(**chosen),
            strategies={name: strategy(name, answer) for name, answer in plans.items()},
            clock=LoopClock() if virtual else SystemClock(),
            interrupt=Interrupt(task=asyncio.current_task(), threads_before=workers_alive()),
            order=random.Random(5),
        )
        return await compare(Cell(source=cell, python=cell), setting)

    with asyncio.Runner(loop_factory=VirtualLoop if virtual else None) as runner:
        return Experiment(runner.run(made()), host, FakeClock())

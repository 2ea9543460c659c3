"""Runs cells in fresh namespaces over the prelude of the shared cases, and plans them."""

import ast
import asyncio
import contextlib
import importlib.util
import io
import linecache
import random
import time
import types
import warnings
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfmagic.analysis.analysis import Analysis, analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import gather, taskgroup, tasks, threads

STRATEGIES = {"gather": gather, "taskgroup": taskgroup, "tasks": tasks, "threads": threads}
DELAY_S = 0.002


def _load() -> types.ModuleType:
    path = Path(__file__).parent.parent / "cases" / "concurrency.py"
    spec = importlib.util.spec_from_file_location("concurrency_cases", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_MODULE = _load()
CASES = _MODULE.CASES
PRELUDE_FILE = "<prelude of the cases>"
linecache.cache[PRELUDE_FILE] = (
    len(_MODULE.PRELUDE),
    None,
    _MODULE.PRELUDE.splitlines(keepends=True),
    PRELUDE_FILE,
)
PRELUDE = compile(_MODULE.PRELUDE, PRELUDE_FILE, "exec")


@dataclass(frozen=True)
class Result:
    bindings: dict[str, object]
    raised: str | None
    printed: str


def namespace(delay_s: float = DELAY_S) -> dict[str, object]:
    """Return a fresh namespace in which the prelude ran."""
    names: dict[str, object] = {"__name__": "__main__"}
    exec(PRELUDE, names)
    names["D"] = delay_s
    return names


def analysed(source: str, names: dict[str, object] | None = None) -> Analysis:
    """Return the analysis of a cell over the prelude."""
    return analyse(Cell(source=source, python=source), namespace() if names is None else names)


def planned(source: str, strategy: str, options: Options | None = None) -> Plan | Refusal:
    """Return what a strategy answers to a cell over the prelude."""
    return STRATEGIES[strategy].plan(analysed(source), options or Options())


def run(
    source: str, check: Sequence[str], names: dict[str, object] | None = None, *, may_lose: bool = False
) -> Result:
    """Run a cell, top-level await allowed, and return what can be compared; no coroutine may be lost unless told."""
    names = namespace() if names is None else names
    code = compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    printed = io.StringIO()
    raised = None

    async def body() -> None:
        value = eval(code, names)
        if value is not None:
            await value
        assert len(asyncio.all_tasks()) == 1, "a task outlived the cell"

    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            asyncio.run(body())
        except Exception as error:
            raised = f"{type(error).__name__}: {error}"
        bindings = {name: _plain(names[name]) for name in check if name in names}
        names.clear()
    lost = [str(each.message) for each in told if "never awaited" in str(each.message)]
    assert may_lose or not lost, f"{lost[0]}\n{source}"
    return Result(bindings, raised, printed.getvalue())


def perturbed(seed: int) -> dict[str, object]:
    """Return a namespace in which every wait takes a random time."""
    names = namespace()
    clock = random.Random(seed)
    real = names["asyncio"]

    class Waits:
        __name__ = "asyncio"

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        async def sleep(self, _delay: float, result: object = None) -> object:
            return await real.sleep(clock.random() * 0.003, result)

    class Pauses:
        def __getattr__(self, name: str) -> object:
            return getattr(time, name)

        def sleep(self, _delay: float) -> None:
            time.sleep(clock.random() * 0.003)

    names |= {"asyncio": Waits(), "time": Pauses()}
    return names


def _plain(value: object) -> object:
    """Return a value that can be compared: objects without equality of their own by type and state."""
    if isinstance(value, list | tuple):
        return type(value)(_plain(each) for each in value)
    if isinstance(value, Iterator | Coroutine):
        return type(value).__name__
    if callable(value):
        return getattr(value, "__qualname__", type(value).__name__)
    if type(value).__module__ == "builtins":
        return value
    return type(value).__name__, getattr(value, "__dict__", None) and {
        k: _plain(v) for k, v in vars(value).items()
    }

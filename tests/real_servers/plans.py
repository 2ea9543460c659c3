"""Plan a cell, and run a cell or its rewrite on the loop of the test."""

import ast
import asyncio
import inspect
import itertools
import linecache

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from tests.cases.concurrency import CASES, PRELUDE

DEADLOCK_S = 30
SHARED = {case["name"]: case for case in CASES}
_numbers = itertools.count()


def planned(strategy: object, source: str, namespace: dict[str, object]) -> Plan | Refusal:
    return strategy.plan(analyse(Cell(source=source, python=source), namespace), Options())


async def run(source: str, namespace: dict[str, object]) -> dict[str, object]:
    """Run a cell in a copy of a namespace, and return what the namespace is afterwards."""
    code = compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    after = dict(namespace)
    value = eval(code, after)
    if inspect.iscoroutine(value):
        async with asyncio.timeout(DEADLOCK_S):
            await value
    return after


def with_source(text: str, /, **names: object) -> dict[str, object]:
    """Return the namespace after a text ran whose source stays known, as that of a cell is."""
    filename = f"<cell before {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, object] = {"__name__": "__main__", **names}
    exec(compile(text, filename, "exec"), namespace)
    return namespace


def stand_ins() -> dict[str, object]:
    """Return the namespace of the shared cases, with pool, connection and client as they stand in for real ones."""
    return with_source(PRELUDE)

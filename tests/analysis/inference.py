"""Infer the effects of a cell in a namespace that a setup text makes, and ask what keeps its operations in order."""

import ast
import itertools
import linecache
from collections.abc import Iterator

from perfmagic.analysis.effect_map import EffectMap, infer_effects
from perfmagic.analysis.effects import Effects

COMMON = """
import asyncio, time, random, functools, contextvars, collections, os, math, json, re, itertools, datetime
async def wait(x=1): await asyncio.sleep(0.01); return x
async def put(target, x): await asyncio.sleep(0.01); target.append(x); return x
async def see(target): await asyncio.sleep(0.01); return len(target)
SHARED = []
"""
_numbers = itertools.count()


def namespace(setup: str, *, common: str = COMMON) -> dict[str, object]:
    """Return the namespace after a setup text ran; its source stays known."""
    names: dict[str, object] = {"__name__": "__main__"}
    for text in (common, setup):
        filename = f"<setup {next(_numbers)}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec"), names)
    return names


def infer(
    cell: str, setup: str = "", *, names: dict[str, object] | None = None
) -> tuple[ast.Module, EffectMap]:
    """Return the tree and the effects of a cell."""
    tree = ast.parse(cell)
    return tree, infer_effects(tree, namespace(setup) if names is None else names)


def operations(tree: ast.Module) -> list[ast.expr]:
    """Return the awaited expressions of the cell's own statements; its calls if it awaits nothing."""
    awaits = [each for each in _own(tree) if isinstance(each, ast.Await)]
    return awaits or [
        each.value for each in tree.body if hasattr(each, "value") and isinstance(each.value, ast.Call)
    ]


def _own(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)


def clash(one: Effects, other: Effects) -> set[str]:
    """Return the kinds and labels of the locations over which two pieces of code conflict."""
    found = (one.writes & other.writes) | (one.writes & other.reads) | (one.reads & other.writes)
    return {f"{each.kind}: {each.label}" for each in found}


def order(cell: str, setup: str = "", *, names: dict[str, object] | None = None) -> set[str]:
    """Return why the operations of a cell must keep their order; empty if any two may overlap."""
    tree, effects = infer(cell, setup, names=names)
    found: set[str] = set()
    for one, other in itertools.combinations(operations(tree), 2):
        found |= clash(effects.of(one), effects.of(other))
    for each in operations(tree):
        found |= {f"barrier: {barrier.reason}" for barrier in effects.of(each).barriers}
    return found

"""Taking elements: ``x[key]`` and slices."""

import ast
from typing import TYPE_CHECKING, cast

from perfmagic.analysis import live
from perfmagic.analysis.kinds import kind_of, names_for
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import ELEMENTS, change, element, look, name_it, new, store
from perfmagic.analysis.operators import read_deep, run_hooks
from perfmagic.analysis.values import (
    NEVER,
    SCALAR,
    UNKNOWN,
    Arguments,
    Const,
    Fresh,
    Live,
    Native,
    Scalar,
    Unknown,
    Value,
    join,
    just,
)

if TYPE_CHECKING:
    import collections


def subscript(machine: Machine, node: ast.Subscript) -> Value:
    """Return what ``x[key]`` may be, and record what taking it does."""
    container = machine.evaluate(machine, node.value)
    key = machine.evaluate(machine, node.slice)
    return join(*(_item(machine, node, atom, key) for atom in container))


def _item(machine: Machine, node: ast.Subscript, atom: object, key: Value) -> Value:
    match atom:
        case Const() | Scalar():
            return SCALAR
        case Unknown():
            machine.barrier(node, f"line {machine.line(node)} takes an element of {atom.reason}")
            return UNKNOWN
        case Live() | Fresh():
            look(machine, node, atom)
            found = run_hooks(
                machine, node, atom, ("__getitem__", "__missing__"), Arguments(positional=(key,))
            )
            if found is not None:
                return found
            return _library_item(machine, node, atom, key)
        case _:
            return UNKNOWN


def _library_item(machine: Machine, node: ast.Subscript, atom: Live | Fresh, key: Value) -> Value:
    read_deep(machine, node, [key])
    kind = kind_of(atom)
    known = names_for(kind) if kind is not None else ()
    sliced = isinstance(node.slice, ast.Slice)
    if known and known[0] == "collections.defaultdict":
        return join(element(machine, atom, key), _default_item(machine, node, atom))
    if known and known[0] in (
        "builtins.list",
        "builtins.tuple",
        "builtins.dict",
        "collections.defaultdict",
        "collections.deque",
    ):
        if not sliced:
            return element(machine, atom, key)
        part = new(machine, node, known[0], "slice")
        store(machine, part, ELEMENTS, element(machine, atom))
        return just(part)
    if known and known[0].startswith(("numpy.", "pandas.", "polars.")):
        return join(just(atom), SCALAR)
    if isinstance(kind, str) or not known:
        return element(machine, atom, key) or join(just(atom), SCALAR)
    if isinstance(atom, Live) and live.is_class(atom.value):
        return just(atom)
    return machine.call(
        machine,
        node,
        just(Native(tuple(f"{each}.__getitem__" for each in known), atom)),
        Arguments(positional=(key,)),
    )


def _default_item(machine: Machine, node: ast.AST, atom: Live | Fresh) -> Value:
    """Return what a ``defaultdict`` makes for a key that is missing; reading a key may add it."""
    change(machine, node, atom)
    if not isinstance(atom, Live):
        return NEVER
    factory = cast("collections.defaultdict[object, object]", atom.value).default_factory
    given = name_it(machine, factory, "the factory of a defaultdict")
    made = machine.call(machine, node, just(given), Arguments()) if factory is not None else NEVER
    store(machine, atom, ELEMENTS, made)
    return made

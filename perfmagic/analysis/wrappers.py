"""Calls of objects that wrap a function: partials, and functions that remember their results."""

import ast
from typing import TYPE_CHECKING

from perfmagic.analysis import live
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import ELEMENTS, attribute_key, locate, look, name_it, stored
from perfmagic.analysis.natives import unknown_call
from perfmagic.analysis.values import Arguments, Atom, Live, Value, join, just

if TYPE_CHECKING:
    import functools


def call_partial(
    machine: Machine, node: ast.AST, value: "functools.partial[object]", arguments: Arguments
) -> Value:
    """Return what calling a live ``functools.partial`` gives."""
    given = tuple(just(name_it(machine, each, "argument of a partial")) for each in value.args)
    named = {
        name: just(name_it(machine, each, f"argument {name} of a partial"))
        for name, each in value.keywords.items()
    }
    whole = Arguments(
        positional=(*given, *arguments.positional),
        keywords={**named, **arguments.keywords},
        rest=arguments.rest,
        starred=arguments.starred,
    )
    return machine.call(machine, node, just(name_it(machine, value.func, "function of a partial")), whole)


def call_fresh_partial(machine: Machine, node: ast.AST, atom: Atom, arguments: Arguments) -> Value:
    """Return what calling a partial that the cell made gives."""
    given = stored(machine, atom, ELEMENTS)
    fields = machine.heap.get(atom, {})
    count = sum(1 for key in fields if key[0] == "arg")
    positional = tuple(fields[("arg", index)] for index in range(count))
    named = {str(key[1]): value for key, value in fields.items() if key[0] == "kwarg"}
    whole = Arguments(
        positional=(*positional, *arguments.positional),
        keywords={**named, **arguments.keywords},
        rest=join(arguments.rest, given),
        starred=arguments.starred or bool(given),
    )
    return machine.call(machine, node, stored(machine, atom, attribute_key("func")), whole)


def call_cached(machine: Machine, node: ast.AST, atom: Live, arguments: Arguments) -> Value:
    """Return what calling a live function that remembers its results gives."""
    look(machine, node, atom)
    location = locate(machine, atom)
    if location is not None:
        machine.write(node, location)
    attributes = live.instance_dict(atom.value) or {}
    wrapped = attributes.get("__wrapped__")
    if wrapped is None:
        return unknown_call(machine, node, "a cached function", arguments)
    return machine.call(machine, node, just(name_it(machine, wrapped, "cached function")), arguments)

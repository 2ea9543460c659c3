"""Objects that give each element once: whoever goes through one of them changes it for everybody else."""

import ast
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import change, label_of, locate, look
from perfmagic.analysis.values import DATA, UNKNOWN, Class, Fresh, Live, Pending, Value

CONTAINERS = frozenset(
    f"builtins.{each}"
    for each in (
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "range",
        "str",
        "bytes",
        "bytearray",
        "memoryview",
    )
) | {DATA}
LIBRARIES = ("collections.", "numpy.", "pandas.", "polars.", "array.")
"""Where the objects of libraries come from that can be gone through again and again."""


def consume_pending(machine: Machine, node: ast.AST, pending: Pending) -> None:
    """Record that the node uses up a generator or a lazy object of the cell, unless it made that itself just now."""
    if not pending.origin or _is_made_in(node, pending.origin):
        return
    location = Location(Kind.OBJECT, ("fresh", pending.origin, False), pending.label)
    machine.read(node, location)
    machine.write(node, location)


def consume_fresh(machine: Machine, node: ast.AST, atom: Fresh) -> None:
    """Record that the node uses up an object of the cell that is not known to be a container."""
    if isinstance(atom.kind, Class):
        return
    name = live.qualified_name(cast("type", atom.kind.value)) if isinstance(atom.kind, Live) else atom.kind
    if name in CONTAINERS or name.startswith(LIBRARIES) or _is_made_in(node, atom.site):
        return
    change(machine, node, atom)


def consume_live(machine: Machine, node: ast.AST, atom: Live) -> Value:
    """Record that the node uses up an iterator that exists before the cell."""
    label = label_of(machine, atom)
    look(machine, node, atom)
    location = locate(machine, atom)
    if location is not None:
        machine.write(node, location)
    kind = type(atom.value).__name__
    machine.hazard(
        node,
        "iterator",
        f"line {machine.line(node)} consumes {label}, a {kind} that cannot be put back",
        label,
    )
    if not kind.endswith("iterator"):
        machine.barrier(node, f"line {machine.line(node)} consumes {label}, a {kind} that may run any code")
    return UNKNOWN


def _is_made_in(node: ast.AST, site: tuple[object, ...]) -> bool:
    """Whether the object is made inside the node that goes through it: then nobody else has it."""
    made = set(site)
    return any(id(each) in made for each in ast.walk(node))

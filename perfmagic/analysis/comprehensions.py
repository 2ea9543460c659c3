"""Comprehensions and generator expressions: loops in a scope of their own."""

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.machine import Frame, Machine, Record
from perfmagic.analysis.memory import ELEMENTS, KEYS, new, site_of, store
from perfmagic.analysis.operators import iterate, read_deep, truth
from perfmagic.analysis.scopes import Names, Scope
from perfmagic.analysis.targets import assign
from perfmagic.analysis.values import (
    Pending,
    Value,
    join,
    just,
)


def comprehension(machine: Machine, node: ast.ListComp | ast.SetComp | ast.DictComp) -> Value:
    """Return the container that a comprehension makes."""
    kinds = {ast.ListComp: "builtins.list", ast.SetComp: "builtins.set", ast.DictComp: "builtins.dict"}
    fresh = new(machine, node, kinds[type(node)])

    def collect() -> None:
        if isinstance(node, ast.DictComp):
            key = machine.evaluate(machine, node.key)
            store(machine, fresh, KEYS, key)
            read_deep(machine, node, [key])
            store(machine, fresh, ELEMENTS, machine.evaluate(machine, node.value))
        else:
            value = machine.evaluate(machine, node.elt)
            store(machine, fresh, ELEMENTS, value)
            if isinstance(node, ast.SetComp):
                read_deep(machine, node, [value])

    _generate(machine, node, node.generators, collect)
    return just(fresh)


def generator(machine: Machine, node: ast.GeneratorExp) -> Value:
    """A generator expression: its body runs where it is consumed, and is recorded at itself, too."""
    found: list[Value] = []

    def collect() -> None:
        found.append(machine.evaluate(machine, node.elt))

    scope, inside = machine.frame.scope, machine.frame.in_cell
    # Of this turn only: another call of the same function has names of its own.
    nodes = [id(each) for each in ast.walk(node)]
    earlier = {key: machine.records.pop(key) for key in nodes if key in machine.records}
    _generate(machine, node, node.generators, collect)
    own = site_of(machine, node)
    repeated = [_seen_outside(machine.records[key], own) for key in nodes if key in machine.records]
    for key, record in earlier.items():
        machine.records[key] = _together(record, machine.records.get(key, Record()))
    result = join(*found)

    def run(place: ast.AST) -> Value:
        if inside and machine.frame.scope is scope:
            for record in repeated:
                _repeat(machine, place, record)
        return result

    return just(Pending("generator", run, "a generator expression", node, site_of(machine, node, "elements")))


def _seen_outside(record: Record, scope: object) -> Record:
    """Return a record without the names of the expression's own scope: nobody else sees them."""

    def theirs(found: set[Location]) -> set[Location]:
        return {each for each in found if each.kind is not Kind.NAME or _scope_of(each) != scope}

    return replace(record, reads=theirs(record.reads), writes=theirs(record.writes))


def _scope_of(name: Location) -> object:
    scope, _ = cast("tuple[object, str]", name.key)
    return scope


def _together(one: Record, other: Record) -> Record:
    slots = [each.slots for each in (one, other) if each.slots is not None]
    return Record(
        one.reads | other.reads,
        one.writes | other.writes,
        one.barriers | other.barriers,
        min(slots, default=None),
    )


def _repeat(machine: Machine, place: ast.AST, record: Record) -> None:
    for location in list(record.reads):
        machine.read(place, location)
    for location in list(record.writes):
        machine.write(place, location)
    for barrier in list(record.barriers):
        machine.barrier(place, barrier.reason, barrier.hint)


def _generate(
    machine: Machine, node: ast.expr, generators: list[ast.comprehension], collect: Callable[[], None]
) -> None:
    """Run the clauses of a comprehension twice, in a scope of their own, so that later turns see earlier ones."""
    first = machine.evaluate(machine, generators[0].iter)
    outer = machine.frame
    targets = frozenset(
        each.id for clause in generators for each in ast.walk(clause.target) if isinstance(each, ast.Name)
    )
    scope = Scope(
        number=site_of(machine, node), sort="function", names=Names(bound=targets), parent=outer.scope
    )
    frame = Frame(scope=scope, in_cell=outer.in_cell, function=None, call_node=node)
    with machine.activation(frame):
        for _ in range(2):
            _clauses(machine, generators, 0, first, collect)


def _clauses(
    machine: Machine,
    clauses: list[ast.comprehension],
    index: int,
    value: Value | None,
    collect: Callable[[], None],
) -> None:
    if index == len(clauses):
        collect()
        return
    clause = clauses[index]
    iterated = value if value is not None else machine.evaluate(machine, clause.iter)
    elements = iterate(machine, clause.iter, iterated, asynchronous=bool(clause.is_async))
    assign(machine, clause.target, elements)
    for test in clause.ifs:
        truth(machine, test, machine.evaluate(machine, test))
    _clauses(machine, clauses, index + 1, None, collect)

"""Comprehensions and generator expressions: loops in a scope of their own."""

import ast
from collections.abc import Callable

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

    scope = machine.frame.scope
    _generate(machine, node, node.generators, collect)
    effects = machine.record(node) if machine.frame.in_cell else None
    result = join(*found)

    def run(place: ast.AST) -> Value:
        if effects is not None and machine.frame.scope is scope:
            for each in ast.walk(node):
                record = machine.records.get(id(each))
                if record is not None and each is not place:
                    _repeat(machine, place, record)
        return result

    return just(Pending("generator", run, "a generator expression", node))


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

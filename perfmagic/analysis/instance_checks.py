"""Asking whether something is of a class: what a metaclass of the user, or the class itself, is asked about it."""

import ast

from perfmagic.analysis.kinds import bound, is_user_code, is_users, kind_of, lookup
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import reachable
from perfmagic.analysis.values import Arguments, Class, Live, Value


def ask(machine: Machine, node: ast.AST, classes: Value, subject: Value) -> None:
    """Record what ``isinstance(subject, classes)`` runs; a metaclass of the user may have its own opinion."""
    given = Arguments(positional=(subject,))
    for atom in reachable(machine, [classes]):
        kind = kind_of(atom)
        for name in ("__instancecheck__", "__subclasscheck__"):
            hook = lookup(machine, kind, name) if kind is not None else None
            if hook is not None and is_user_code(hook[1]):
                machine.call(machine, node, bound(hook[1], atom), given)
        if isinstance(atom, Class) and _has_metaclass(machine, atom):
            machine.barrier(node, f"line {machine.line(node)} asks the metaclass of {atom.node.name}")


def _has_metaclass(machine: Machine, cls: Class) -> bool:
    """Tell whether a class of the cell, or a base of it, has a metaclass that is not one of a library."""
    for each in cls.node.keywords:
        if each.arg in {None, "metaclass"}:
            made = machine.evaluate(machine, each.value)
            if not made or not all(isinstance(atom, Live) and not is_users(atom.value) for atom in made):
                return True
    return any(
        _has_metaclass(machine, base)
        if isinstance(base, Class)
        else not isinstance(base, Live) or is_users(type(base.value))
        for base in cls.bases
    )

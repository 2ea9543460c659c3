"""Names: reading, binding and deleting them in the scope in which they live."""

import ast
import builtins
import types
from typing import cast

from perfmagic.analysis.effects import Kind, Location, Touched
from perfmagic.analysis.machine import Machine, is_cell
from perfmagic.analysis.memory import name_it
from perfmagic.analysis.scopes import Scope
from perfmagic.analysis.values import NEVER, UNKNOWN, Value, just

DELETED: Value = frozenset()


def name_location(scope: Scope, name: str) -> Location:
    """Return the location of a name in the scope that owns it."""
    if scope.sort == "cells":
        return Location(Kind.NAME, ("closure", id(scope.cells[name])), name)
    return Location(Kind.NAME, (scope.number, name), name)


def owner_of(machine: Machine, name: str) -> Scope:
    """Return the scope in which a name of the running code lives."""
    scope = machine.frame.scope
    if scope.sort == "class" and scope.parent is not None:
        if name in scope.names.bound and machine.names.get((scope.number, name)) is not None:
            return scope
        return scope.parent.enclosing(name) if name not in scope.names.global_ else scope.module()
    return scope.owner(name)


def load(machine: Machine, node: ast.AST, name: str) -> Value:
    """Return what a name may stand for, and record that it is read."""
    owner = owner_of(machine, name)
    machine.read(node, name_location(owner, name))
    return value_of(machine, owner, name)


def value_of(machine: Machine, owner: Scope, name: str) -> Value:
    """Return what a name of a scope may stand for, without recording anything."""
    found = machine.names.get((owner.number, name))
    if found is not None:
        return found
    if owner.sort == "cells":
        return _closure_value(machine, owner, name)
    if owner.parent is not None:
        return NEVER
    return _global_value(machine, owner, name)


def _closure_value(machine: Machine, owner: Scope, name: str) -> Value:
    try:
        value = owner.cells[name].cell_contents
    except ValueError:
        return NEVER
    return just(name_it(machine, value, name))


def _global_value(machine: Machine, owner: Scope, name: str) -> Value:
    if name in owner.live:
        label = name if is_cell(owner) else f"{str(owner.number).split('@', 1)[0]}.{name}"
        return just(name_it(machine, owner.live[name], label))
    own = owner.live.get("__builtins__", builtins)
    table = vars(own) if type(own) is types.ModuleType else own
    if type(table) is dict and name in table:
        return just(name_it(machine, cast("dict[str, object]", table)[name], name))
    return UNKNOWN


def bind(machine: Machine, node: ast.AST, name: str, value: Value) -> None:
    """Bind a name in the scope in which it lives."""
    scope = machine.frame.scope
    if scope.sort == "class" and name not in scope.names.global_ and name not in scope.names.nonlocal_:
        owner = scope
    else:
        owner = scope.owner(name)
    bind_in(machine, node, owner, name, value)


def bind_in(machine: Machine, node: ast.AST, owner: Scope, name: str, value: Value) -> None:
    """Bind a name of a given scope and record the write."""
    machine.write(node, name_location(owner, name))
    key = (owner.number, name)
    if owner.sort == "cells":
        cell = owner.cells[name]
        machine.touched.setdefault(id(cell), Touched(f"closure variable {name}", cell))
    elif owner.parent is None and not is_cell(owner):
        where = str(owner.number).split("@", 1)[0]
        machine.hazard(node, "module", f"line {machine.line(node)} rebinds {where}.{name}", f"{where}.{name}")
    if owner.parent is None or owner.sort == "cells" or owner is machine.frame.scope:
        machine.names.put(key, value)
    else:
        machine.names.put(key, value | (machine.names.get(key) or NEVER))


def unbind(machine: Machine, node: ast.AST, name: str) -> None:
    """Delete a name: a write after which nothing is known to be there."""
    bind(machine, node, name, DELETED)

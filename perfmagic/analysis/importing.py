"""Imports: a module that is loaded is followed, any other is unknown until it is."""

import ast
import sys
from typing import cast

from perfmagic.analysis import bindings
from perfmagic.analysis.attributes import NOT_IMPORTED, get
from perfmagic.analysis.hints import DYNAMIC
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import label_of, name_it
from perfmagic.analysis.values import UNKNOWN, Live, Unknown, Value, just


def import_module(machine: Machine, node: ast.Import) -> None:
    """Bind what ``import a.b as c`` binds."""
    for alias in node.names:
        top = alias.name.split(".")[0]
        wanted = alias.name if alias.asname else top
        bindings.bind(machine, node, alias.asname or top, _module(machine, wanted))


def _module(machine: Machine, name: str) -> Value:
    module = sys.modules.get(name)
    if module is None:
        return just(Unknown(f"{NOT_IMPORTED}{name}"))
    return just(name_it(machine, module, name))


def import_from(machine: Machine, node: ast.ImportFrom) -> None:
    """Bind what ``from a import b`` binds; a star brings every name, and a barrier."""
    name = node.module or ""
    module = _module(machine, name) if not node.level else UNKNOWN
    for alias in node.names:
        if alias.name == "*":
            machine.barrier(node, f"line {machine.line(node)} imports every name of {name}", DYNAMIC)
            machine.hazard(node, "dynamic", f"line {machine.line(node)} imports every name of {name}", name)
            _import_all(machine, node, module)
            continue
        value = get(machine, node, module, alias.name)
        loaded = any(isinstance(each, Live) for each in module)
        if loaded and all(isinstance(each, Unknown) for each in value):
            value = _module(machine, f"{name}.{alias.name}")
        bindings.bind(machine, node, alias.asname or alias.name, value)


def _import_all(machine: Machine, node: ast.ImportFrom, module: Value) -> None:
    for atom in module:
        if isinstance(atom, Live):
            names = vars(atom.value)
            listed: object = names.get("__all__")
            plain = [each for each in names if not each.startswith("_")]
            wanted = cast("list[str]", listed) if type(listed) in (list, tuple) else plain
            for name in wanted:
                if type(name) is str and name in names:
                    bindings.bind(
                        machine,
                        node,
                        name,
                        just(name_it(machine, names[name], f"{label_of(machine, atom)}.{name}")),
                    )

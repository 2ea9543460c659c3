"""Calls of code without source: by their models, or as something that may do anything."""

import ast

from perfmagic.analysis.callbacks import call_overriding
from perfmagic.analysis.effects import Touched
from perfmagic.analysis.machine import (
    Callee,
    Machine,
    note_callee,
)
from perfmagic.analysis.memory import (
    havoc,
    label_of,
    locate,
    reachable,
)
from perfmagic.analysis.modelled import apply
from perfmagic.analysis.models.table import find
from perfmagic.analysis.values import (
    UNKNOWN,
    Arguments,
    Function,
    Live,
    Native,
    Pending,
    Value,
    just,
)

IMPORT_BEFORE = "put the import into a cell of its own, and run that first"


def call_native(machine: Machine, node: ast.AST, native: Native, arguments: Arguments) -> Value:
    """Return what a library function gives according to its model; without one it is unknown."""
    model = find(native.names)
    if model is None:
        receiver = (just(native.receiver),) if native.receiver is not None else ()
        with_receiver = Arguments(positional=(*receiver, *arguments.positional), keywords=arguments.keywords)
        return unknown_call(machine, node, f"{_short(native.names)}()", with_receiver)
    builtin = native.names[0].startswith(("builtins.", "pending."))
    note_callee(
        machine,
        node,
        Callee(
            kind="builtin" if builtin else "modelled",
            label=_short(native.names),
            blocking=model.blocking and not model.awaits,
            computes=model.computes,
            awaits=model.awaits,
            may_raise=model.may_raise,
        ),
    )
    call_overriding(machine, node, native.receiver)
    return apply(machine, node, model, native, arguments)


def _short(names: tuple[str, ...]) -> str:
    name = names[0] if names else "a function"
    parts = [each for each in name.split(".") if not each.startswith("_")]
    if len(parts) < 3:  # noqa: PLR2004
        return name.removeprefix("builtins.").lstrip("_").replace(".openssl_", ".")
    return ".".join(parts[-2:])


def unknown_call(
    machine: Machine, node: ast.AST, what: str, arguments: Arguments, *, module: str = ""
) -> Value:
    """Treat a call of code that nothing is known of: it may do anything to what it is given.

    Parameters
    ----------
    module
        The module that it is of, if that is only unknown because it is not imported yet.
    """
    note_callee(machine, node, Callee(kind="unknown", label=what, blocking=True, awaits=False))
    line = machine.line(node)
    machine.barrier(
        node,
        f"line {line} calls {what}, whose effects are not known{f' before {module} is imported' if module else ''}",
        IMPORT_BEFORE if module else "pass --assume-independent if it is independent",
    )
    machine.hazard(
        node, "unknown", f"line {line} calls {what}, which may change things that cannot be put back", what
    )
    values = [*arguments.all()]
    for atom in reachable(machine, values):
        if isinstance(atom, Function):
            machine.escaped.add(id(atom.node))
            _call_blindly(machine, node, atom)
        elif isinstance(atom, Live) and locate(machine, atom) is not None:
            machine.touched.setdefault(id(atom.value), Touched(label_of(machine, atom), atom.value))
    havoc(machine, values)
    return UNKNOWN


def _call_blindly(machine: Machine, node: ast.AST, function: Function) -> None:
    if any(frame.function == function for frame in machine.frames):
        return
    result = machine.call(machine, node, just(function), Arguments(rest=UNKNOWN, starred=True))
    for atom in result:
        if isinstance(atom, Pending):
            atom.run(node)

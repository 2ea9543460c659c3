"""What a modelled call gives."""

import ast

from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import ELEMENTS, change, element, new, store
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.values import (
    DATA,
    NONE,
    SCALAR,
    UNKNOWN,
    Arguments,
    Atom,
    Const,
    Fresh,
    Live,
    Native,
    Scalar,
    Value,
    join,
    just,
)


def receivers(native: Native, arguments: Arguments) -> tuple[Value, Arguments]:
    """Return the object that a call is about (its receiver, or a function's first argument), and the other arguments."""
    if native.receiver is not None:
        return just(native.receiver), arguments
    first = arguments.positional[0] if arguments.positional else arguments.rest
    return first, arguments


def result_of(
    machine: Machine, node: ast.AST, model: Model, native: Native, targets: Value, rest: Arguments
) -> Value:
    """Return the abstract result that a model names."""
    sort, _, detail = model.result.partition(":")
    match sort:
        case "none":
            return NONE
        case "scalar":
            return just(Scalar(detail)) if detail else SCALAR
        case "self" | "first":
            return targets
        case "element":
            return join(*(element(machine, atom) for atom in targets if isinstance(atom, Live | Fresh)))
        case _:
            return _made(machine, node, model, native, (targets, *rest.all()))


def _made(machine: Machine, node: ast.AST, model: Model, native: Native, given: tuple[Value, ...]) -> Value:
    """Return a new object, with or without the arguments in it."""
    sort, _, detail = model.result.partition(":")
    match sort:
        case "new":
            return just(new(machine, node, detail, native.names[0]))
        case "copy":
            return just(copied(machine, node, detail, given))
        case "held":
            return _holding(machine, node, native, given)
        case "data":
            return just(new(machine, node, DATA, native.names[0])) | SCALAR
        case _:
            return UNKNOWN


def _holding(machine: Machine, node: ast.AST, native: Native, given: tuple[Value, ...]) -> Value:
    """Return what may be an argument, one of its elements, or a new object that holds either."""
    inside = join(
        *(element(machine, atom) for value in given for atom in value if isinstance(atom, Live | Fresh))
    )
    if native.names[0] == "builtins.sum" and all(isinstance(atom, Const | Scalar) for atom in inside):
        return SCALAR
    fresh = new(machine, node, DATA, native.names[0])
    store(machine, fresh, ELEMENTS, join(*given, inside))
    return join(just(fresh), SCALAR, *given, inside)


def copied(machine: Machine, node: ast.AST, kind: str, sources: tuple[Value, ...]) -> Fresh:
    """Return a new container that holds the elements of others."""
    fresh = new(machine, node, kind, "copy")
    for value in sources:
        for atom in value:
            if isinstance(atom, Live | Fresh):
                store(machine, fresh, ELEMENTS, element(machine, atom))
    return fresh


def change_all(machine: Machine, node: ast.AST, value: Value) -> None:
    """Record that every object of a value is changed."""
    for atom in value:
        change(machine, node, atom)


def first_atom(value: Value) -> Atom | None:
    """Return the only atom of a value, ``None`` if there is not exactly one."""
    return next(iter(value)) if len(value) == 1 else None

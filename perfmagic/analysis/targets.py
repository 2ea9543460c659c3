"""Targets: what assigning to and deleting names, attributes, elements and patterns does."""

import ast
import types

from perfmagic.analysis import bindings
from perfmagic.analysis.kinds import kind_of, names_for
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import ELEMENTS, KEYS, change, element, forget_places, look, new, store
from perfmagic.analysis.operators import iterate, read_deep, run_hooks
from perfmagic.analysis.setting import lose, put, text_of
from perfmagic.analysis.values import (
    NONE,
    Arguments,
    Atom,
    Const,
    Fresh,
    Live,
    Method,
    Native,
    Pending,
    Scalar,
    Unknown,
    Value,
    join,
    just,
)

_CONTAINERS = ("builtins.", "collections.", "numpy.", "pandas.", "polars.", "data")


def assign(machine: Machine, target: ast.expr, value: Value) -> None:
    """Record an assignment to a target and keep the value."""
    match target:
        case ast.Name(id=name):
            bindings.bind(machine, target, name, value)
        case ast.Attribute(value=owner, attr=name):
            put(machine, target, machine.evaluate(machine, owner), name, value)
        case ast.Subscript(value=owner, slice=key):
            container = machine.evaluate(machine, owner)
            known = machine.evaluate(machine, key)
            for atom in container:
                _put_item(machine, target, atom, known, value)
        case ast.Starred(value=inner):
            rest = new(machine, target, "builtins.list", "starred")
            store(machine, rest, ELEMENTS, value)
            assign(machine, inner, just(rest))
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(machine, target, targets, value)
        case _:
            machine.barrier(target, f"line {machine.line(target)} assigns to something that is not known")


def _unpack(machine: Machine, node: ast.expr, targets: list[ast.expr], value: Value) -> None:
    parts = iterate(machine, node, value)
    starred = any(isinstance(each, ast.Starred) for each in targets)
    for index, target in enumerate(targets):
        assign(machine, target, parts if starred else _part(machine, value, index, parts))


def _part(machine: Machine, value: Value, index: int, parts: Value) -> Value:
    """Return one element of an unpacked value, by its place where the value is a sequence."""
    found: list[Value] = []
    for atom in value:
        kind = kind_of(atom)
        names = names_for(kind) if kind is not None else ()
        if names and names[0] in ("builtins.tuple", "builtins.list") and isinstance(atom, Live | Fresh):
            found.append(element(machine, atom, just(Const(index))))
        else:
            return parts
    return join(*found)


def _put_item(machine: Machine, node: ast.AST, atom: Atom, key: Value, value: Value) -> None:
    if not isinstance(atom, Live | Fresh):
        if not isinstance(atom, Const | Scalar):
            lose(machine, node, f"sets an element of {text_of(node)}", text_of(node))
        return
    if run_hooks(machine, node, atom, ("__setitem__",), Arguments(positional=(key, value))) is not None:
        return
    if not _plain(atom):
        _by_model(machine, node, atom, "__setitem__", Arguments(positional=(key, value)))
        return
    read_deep(machine, node, [key])
    change(machine, node, atom)
    constants = [each for each in key if isinstance(each, Const) and type(each.value) in (str, int)]
    store(machine, atom, ("[]", constants[0] if constants and len(key) == 1 else None), value)
    store(machine, atom, KEYS, key)


def _plain(atom: Live | Fresh) -> bool:
    kind = kind_of(atom)
    if not isinstance(kind, Live | str):
        return True
    names = names_for(kind)
    return any(name != "builtins.object" and name.startswith(_CONTAINERS) for name in names)


def _by_model(machine: Machine, node: ast.AST, atom: Live | Fresh, method: str, arguments: Arguments) -> None:
    kind = kind_of(atom)
    names = names_for(kind) if kind is not None else ()
    native = Native(tuple(f"{each}.{method}" for each in names), atom)
    machine.call(machine, node, just(native), arguments)


def delete(machine: Machine, target: ast.expr) -> None:
    """Record the deletion of a target."""
    match target:
        case ast.Name(id=name):
            bindings.unbind(machine, target, name)
        case ast.Attribute(value=owner):
            for atom in machine.evaluate(machine, owner):
                if isinstance(atom, Unknown | Method | Native | Pending):
                    lose(machine, target, f"deletes an attribute of {text_of(target)}", text_of(target))
                if isinstance(atom, Live) and type(atom.value) is types.ModuleType:
                    put(machine, target, just(atom), target.attr, NONE)
                look(machine, target, atom)
                run_hooks(
                    machine, target, atom, ("__delattr__",), Arguments(positional=(just(Const(target.attr)),))
                )
                change(machine, target, atom)
        case ast.Subscript(value=owner, slice=key):
            known = machine.evaluate(machine, key)
            for atom in machine.evaluate(machine, owner):
                _delete_item(machine, target, atom, known)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for each in targets:
                delete(machine, each)
        case _:
            machine.barrier(target, f"line {machine.line(target)} deletes something that is not known")


def _delete_item(machine: Machine, node: ast.AST, atom: Atom, key: Value) -> None:
    if isinstance(atom, Unknown | Method | Native | Pending):
        lose(machine, node, f"deletes an element of {text_of(node)}", text_of(node))
        return
    look(machine, node, atom)
    if run_hooks(machine, node, atom, ("__delitem__",), Arguments(positional=(key,))) is None and isinstance(
        atom, Live | Fresh
    ):
        if not _plain(atom):
            _by_model(machine, node, atom, "__delitem__", Arguments(positional=(key,)))
            return
        change(machine, node, atom)
        forget_places(machine, atom)

"""Rules for the functions of `operator`: what an operator, an attribute or a method does, by another way."""

import ast
from collections.abc import Callable, Mapping

from perfmagic.analysis.attributes import get
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import change, element, look, new, store
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.operators import operate, read_deep, run_hooks
from perfmagic.analysis.values import (
    NEVER,
    NONE,
    SCALAR,
    UNKNOWN,
    Arguments,
    Const,
    Fresh,
    Live,
    Native,
    Value,
    join,
    just,
)


def _in_place(machine: Machine, node: ast.AST, _model: Model, native: Native, arguments: Arguments) -> Value:
    """``operator.iadd(a, b)`` and its kin."""
    name = native.names[0].rpartition(".")[2].strip("_")
    before = arguments.get(0) or arguments.rest
    read_deep(machine, node, arguments.all())
    for atom in before:
        for value in arguments.positional[1:]:
            for each in value:
                if isinstance(atom, Live | Fresh) and isinstance(each, Live | Fresh):
                    store(machine, atom, ("[]", None), element(machine, each))
    names = (f"__{name}__", f"__{name[1:]}__", "__iadd__" if name == "iconcat" else f"__{name}__")
    return join(before, operate(machine, node, tuple(dict.fromkeys(names)), (before,)))


def _set_item(machine: Machine, node: ast.AST, model: Model, _native: Native, arguments: Arguments) -> Value:
    """``operator.setitem(a, key, value)`` and ``operator.delitem(a, key)``."""
    rest = arguments.rest_after_first()
    read_deep(machine, node, rest.positional[:1])
    for atom in arguments.get(0) or arguments.rest:
        if not isinstance(atom, Live | Fresh):
            machine.call(machine, node, UNKNOWN, arguments)
        elif run_hooks(machine, node, atom, (model.option,), rest) is None:
            change(machine, node, atom)
            for value in rest.positional[1:]:
                store(machine, atom, ("[]", None), value)
    return NONE


def _get_item(machine: Machine, node: ast.AST, _model: Model, _native: Native, arguments: Arguments) -> Value:
    """``operator.getitem(a, key)``."""
    read_deep(machine, node, arguments.all())
    return _elements(machine, node, arguments.get(0) or arguments.rest)


def _elements(machine: Machine, node: ast.AST, value: Value) -> Value:
    found: list[Value] = []
    for atom in value:
        if not isinstance(atom, Live | Fresh):
            found.append(SCALAR if isinstance(atom, Const) else UNKNOWN)
            continue
        look(machine, node, atom)
        given = run_hooks(machine, node, atom, ("__getitem__",), Arguments(positional=(SCALAR,)))
        # the part of an array or a frame stands for the whole
        found.append(join(element(machine, atom), just(atom), SCALAR) if given is None else given)
    return join(*found)


def _getter(machine: Machine, node: ast.AST, model: Model, _native: Native, arguments: Arguments) -> Value:
    """``attrgetter("name")``, ``itemgetter(key)``, ``methodcaller("name", ...)``: kept with what they are given."""
    fresh = new(machine, node, f"operator.{model.option}", model.option)
    for index, value in enumerate(arguments.positional):
        store(machine, fresh, ("arg", index), value)
    for name, value in arguments.keywords.items():
        store(machine, fresh, ("kwarg", name), value)
    if arguments.starred:
        store(machine, fresh, ("arg", 0), UNKNOWN)
        store(machine, fresh, ("arg", 1), UNKNOWN)
    return just(fresh)


def _got(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """What calling such an object gives."""
    fields = machine.heap.get(native.receiver, {}) if isinstance(native.receiver, Fresh) else {}
    target = arguments.get(0) or arguments.rest
    if model.option == "itemgetter":
        read_deep(machine, node, [target])
        items = _elements(machine, node, target)
        if isinstance(native.receiver, Fresh) and len(fields) == 1:
            return items
        several = new(machine, node, "builtins.tuple", "items")
        store(machine, several, ("[]", None), items)
        return join(items, just(several))
    texts = [each.value for key, value in fields.items() if key[0] == "arg" for each in value
             if isinstance(each, Const) and type(each.value) is str]  # fmt: skip
    given = [value for key, value in fields.items() if key[0] == "arg"]
    if model.option == "attrgetter" and len(texts) == len(given) == 1:
        for name in texts[0].split("."):
            target = get(machine, node, target, name)
        return target
    if model.option == "methodcaller" and texts and len(given[0]) == 1 and given[0] == just(Const(texts[0])):
        named = {str(key[1]): value for key, value in fields.items() if key[0] == "kwarg"}
        method = get(machine, node, target, texts[0])
        return machine.call(machine, node, method, Arguments(positional=tuple(given[1:]), keywords=named))
    return machine.call(machine, node, UNKNOWN, Arguments(positional=(target or NEVER,)))


OPERATOR_HANDLERS: Mapping[str, Callable[[Machine, ast.AST, Model, Native, Arguments], Value]] = {
    "in_place": _in_place,
    "set_item": _set_item,
    "get_item": _get_item,
    "getter": _getter,
    "got": _got,
}

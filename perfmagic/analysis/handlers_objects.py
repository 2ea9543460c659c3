"""Rules for functions that build on other functions and classes: getattr, super, partial, decorators, random, numpy."""

import ast
import random
from collections.abc import Callable, Mapping

from perfmagic.analysis.attributes import get
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.instance_checks import ask
from perfmagic.analysis.kinds import kind_of
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import ELEMENTS, attribute_key, change, look, new, store
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.operators import iterate, read_deep
from perfmagic.analysis.results import change_all
from perfmagic.analysis.setting import put
from perfmagic.analysis.values import (
    NEVER,
    NONE,
    SCALAR,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Fresh,
    Function,
    Live,
    Native,
    Value,
    join,
    just,
)


def _constant_name(value: Value | None) -> str | None:
    if value is None or len(value) != 1:
        return None
    (atom,) = value
    return atom.value if isinstance(atom, Const) and type(atom.value) is str else None


def _getattr(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    target = just(native.receiver) if native.receiver is not None else arguments.get(0) or NEVER
    name = _constant_name(arguments.get(0 if native.receiver is not None else 1))
    if name is None:
        machine.barrier(node, f"line {machine.line(node)} reads an attribute whose name is computed")
        return UNKNOWN
    found = get(machine, node, target, name)
    return SCALAR if model.option == "test" else join(found, arguments.get(2) or NEVER)


def _setattr(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    offset = 0 if native.receiver is not None else 1
    target = just(native.receiver) if native.receiver is not None else arguments.get(0) or NEVER
    name = _constant_name(arguments.get(offset))
    if native.receiver is not None or name is None:
        for atom in target:
            change(machine, node, atom)
            key = attribute_key(name) if name is not None else ("*", None)
            store(machine, atom, key, arguments.get(offset + 1) or NONE)
        return NONE
    put(machine, node, target, name, arguments.get(offset + 1) or NONE)
    return NONE


def _type(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    kinds = [kind_of(atom) for atom in arguments.get(0) or NEVER]
    return frozenset(each for each in kinds if isinstance(each, Live | Class)) or UNKNOWN


def _isinstance(
    machine: Machine, node: ast.AST, _model: Model, _native: Native, arguments: Arguments
) -> Value:
    """``isinstance`` and ``issubclass``: a metaclass of the user may have its own opinion."""
    ask(machine, node, arguments.get(1) or NEVER, arguments.get(0) or NEVER)
    return SCALAR


def _super(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``super()``: the receiver of the running method, seen from the bases of its class."""
    frame = machine.frame
    function = frame.function
    if function is None or not frame.arguments or arguments.positional:
        return UNKNOWN
    owner = function.owner
    if owner is None and "__class__" in function.scope.cells:
        owner = Live(function.scope.cells["__class__"].cell_contents)
    if owner is None:
        return UNKNOWN
    fresh = new(machine, node, "builtins.super", "super")
    store(machine, fresh, attribute_key("receiver"), frame.arguments[0])
    store(machine, fresh, attribute_key("owner"), just(owner))
    return just(fresh)


def _property(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    kind = model.option if "." in model.option else "builtins.property"
    slot = model.option if model.option in ("fset", "fget", "fdel") else "fget"
    fresh = new(machine, node, kind, native.names[0])
    receiver = native.receiver
    if isinstance(receiver, Fresh):
        for (sort, name), value in list(machine.heap.get(receiver, {}).items()):
            store(machine, fresh, (sort, name), value)
    store(machine, fresh, attribute_key(slot), arguments.get(0) or NEVER)
    if slot == "fget" and arguments.get(1, "fset") is not None:
        store(machine, fresh, attribute_key("fset"), arguments.get(1, "fset") or NEVER)
    return just(fresh)


def _partial(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    fresh = new(machine, node, "functools.partial", "partial")
    store(machine, fresh, attribute_key("func"), arguments.get(0) or NEVER)
    for index, value in enumerate(arguments.positional[1:]):
        store(machine, fresh, ("arg", index), value)
    for name, value in arguments.keywords.items():
        store(machine, fresh, ("kwarg", name), value)
    if arguments.starred:
        store(machine, fresh, ELEMENTS, arguments.rest)
    return just(fresh)


def _identity(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A decorator factory whose decorator gives back the function it gets."""
    return just(Native(("perfmagic.identity",)))


def _cached(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    function = arguments.get(0) or NEVER
    if model.option == "direct" or any(isinstance(each, Function) for each in function):
        fresh = new(machine, node, "functools._lru_cache_wrapper", "cached")
        store(machine, fresh, attribute_key("__wrapped__"), function)
        return just(fresh)
    return just(Native(("functools.cache",)))


def _dataclass(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    classes = arguments.get(0)
    if classes is None:
        return just(Native(("dataclasses.dataclass",)))
    for each in classes:
        if isinstance(each, Class):
            store(machine, each, attribute_key("__dataclass__"), SCALAR)
    return classes


def _contextmanager(
    machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments
) -> Value:
    """The decorated generator function: calling it gives a generator, which ``with`` runs."""
    return arguments.get(0) or UNKNOWN


def _cast(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    return arguments.get(1) or UNKNOWN


def _random_object(
    machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments
) -> Value:
    """A generator of random numbers: its own state, or the hidden one of the ``random`` module."""
    read_deep(machine, node, arguments.all())
    receiver = native.receiver
    if receiver is not None and isinstance(receiver, Fresh):
        change(machine, node, receiver)
    else:
        key = id(receiver.value) if isinstance(receiver, Live) else "random"
        location = Location(Kind.RANDOM, key, "the stream of random numbers")
        machine.read(node, location)
        machine.write(node, location)
        if isinstance(receiver, Live) and not _is_hidden(receiver):
            change(machine, node, receiver)
    method = native.names[0].rpartition(".")[2]
    if method == "shuffle":
        change_all(machine, node, arguments.get(0, "x") or arguments.rest)
    if model.option:  # numpy's may be given the array to fill, by name or by place
        filled = arguments.positional[1:] if method in _FILLING else ()
        change_all(machine, node, join(*filled, arguments.keywords.get("out", NEVER)))
    if method in ("choice", "sample", "choices", "shuffle") and not model.option:
        return (
            iterate(machine, node, arguments.get(0) or NEVER)
            if method == "choice"
            else _sampled(machine, node, arguments)
        )
    return just(new(machine, node, model.option, "random")) if model.option else SCALAR


_FILLING = frozenset(
    {"random", "standard_normal", "standard_exponential", "standard_gamma", "permuted"}
)  # with a parameter `out`


def _sampled(machine: Machine, node: ast.AST, arguments: Arguments) -> Value:
    fresh = new(machine, node, "builtins.list", "sample")
    store(machine, fresh, ELEMENTS, iterate(machine, node, arguments.get(0) or NEVER))
    return just(fresh)


def _is_hidden(receiver: Live) -> bool:
    return receiver.value is vars(random).get("_inst")


def _ufunc(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    read_deep(machine, node, arguments.all())
    out = arguments.keywords.get("out")
    if out is not None:
        change_all(machine, node, out)
        return out
    if len(arguments.positional) > 2 or native.names[0].endswith(".at"):  # noqa: PLR2004 - the third one is `out`
        for value in arguments.positional:
            change_all(machine, node, value)
    return just(new(machine, node, "numpy.ndarray", "ufunc"))


def _view_array(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A view shares its data with the array: it stands for the same object."""
    if native.receiver is None:
        return UNKNOWN
    look(machine, node, native.receiver)
    return just(native.receiver)


def _frame(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A method of a frame: it reads, unless it is told to work in place; functions it is given are called."""
    read_deep(machine, node, arguments.all())
    receiver = native.receiver
    if receiver is not None:
        look(machine, node, receiver)
        if "inplace" in arguments.keywords:
            change(machine, node, receiver)
    for value in arguments.all():
        functions = frozenset(each for each in value if isinstance(each, Function))
        if functions:
            machine.call(machine, node, functions, Arguments(rest=SCALAR, starred=True))
    kind = kind_of(receiver) if receiver is not None else None
    result = kind if kind is not None and model.option == "pandas.DataFrame" else model.option
    return just(new(machine, node, result, "frame"))


def _frame_file(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``to_csv`` and its kin: text without a path, a file with one."""
    read_deep(machine, node, arguments.all())
    if native.receiver is not None:
        look(machine, node, native.receiver)
    target = arguments.get(0, "path_or_buf")
    if target is None or target == NONE:
        return SCALAR
    machine.write(node, Location(Kind.FILE, "files", "files"))
    label = native.names[0].rpartition(".")[2]
    machine.hazard(node, "outside", f"line {machine.line(node)} calls {label}: it writes a file", label)
    change_all(machine, node, target)
    return NONE


def _object_new(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    classes = arguments.get(0) or NEVER
    return (
        frozenset(new(machine, node, each, "new") for each in classes if isinstance(each, Live | Class))
        or UNKNOWN
    )


OBJECT_HANDLERS: Mapping[str, Callable[[Machine, ast.AST, Model, Native, Arguments], Value]] = {
    "getattr": _getattr,
    "setattr": _setattr,
    "type": _type,
    "isinstance": _isinstance,
    "super": _super,
    "property": _property,
    "partial": _partial,
    "wraps": _identity,
    "cached": _cached,
    "dataclass": _dataclass,
    "contextmanager": _contextmanager,
    "cast": _cast,
    "random_object": _random_object,
    "ufunc": _ufunc,
    "view_array": _view_array,
    "frame": _frame,
    "frame_file": _frame_file,
    "object_new": _object_new,
}

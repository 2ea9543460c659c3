"""Code that Python calls by itself: operators, iteration, truth, printing, context managers."""

import ast
import types
from collections.abc import Iterable
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.kept_errors import may_keep_errors
from perfmagic.analysis.kinds import is_users, kind_of, lookup, method_names, names_for
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import (
    change,
    element,
    is_exact,
    keys,
    kind_label,
    label_of,
    look,
    new,
    reachable,
    store,
)
from perfmagic.analysis.models.table import find
from perfmagic.analysis.one_pass import consume_fresh, consume_live, consume_pending
from perfmagic.analysis.values import (
    DATA,
    NEVER,
    SCALAR,
    UNKNOWN,
    Arguments,
    Atom,
    Class,
    Const,
    Fresh,
    Function,
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

IMPLICIT = (
    "__str__", "__repr__", "__format__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__len__",
    "__bool__", "__int__", "__float__", "__index__", "__iter__", "__next__", "__contains__", "__getitem__", "__add__", "__radd__",
    "__call__" , "__reversed__", "__abs__", "__round__", "__fspath__", "__bytes__", "__array__", "__missing__",
)  # fmt: skip
"""Methods that a library function may call on whatever it is given."""
_RAN_BY_LIBRARY = tuple(each for each in IMPLICIT if each != "__call__")
ANYWHERE = Location(Kind.OBJECT, "anywhere", "more objects than are followed")
_BUILTIN_KINDS = (
    "builtins.list",
    "builtins.tuple",
    "builtins.set",
    "builtins.frozenset",
    "collections.deque",
)


def run_hooks(
    machine: Machine, node: ast.AST, atom: Atom, names: Iterable[str], arguments: Arguments
) -> Value | None:
    """Run the user's methods of these names, and return what they give; ``None`` if there is none."""
    kind = kind_of(atom)
    if kind is None or isinstance(kind, str):
        return None
    results: list[Value] = []
    for name in names:
        found = lookup(machine, kind, name)
        if found is None:
            continue
        hooks = frozenset(each for each in found[1] if _has_code(each))
        if hooks:
            look(machine, node, atom)
            results.append(
                machine.call(machine, node, frozenset(Method(atom, each) for each in hooks), arguments)
            )
    return join(*results) if results else None


def _has_code(raw: Atom) -> bool:
    """Tell whether a method is anything else than a C function of a built-in base class."""
    return not (
        isinstance(raw, Const)
        or (
            isinstance(raw, Live)
            and is_exact(
                raw.value,
                (
                    types.WrapperDescriptorType,
                    types.MethodDescriptorType,
                    types.BuiltinFunctionType,
                    type(None),
                ),
            )
        )
    )


def read_deep(machine: Machine, node: ast.AST, values: Iterable[Value], *, hooks: bool = True) -> None:
    """Record that the node reads everything that can be reached from the values, and runs the methods that libraries run."""
    for atom in reachable(machine, values):
        if isinstance(atom, Unknown):
            machine.read(node, ANYWHERE)
            if hooks:
                machine.barrier(node, f"line {machine.line(node)} hands on {atom.reason}")
            continue
        if isinstance(atom, Class | Function):
            continue
        if isinstance(atom, Pending) or _is_iterator(atom):
            given = iterate_atom(machine, node, atom)
            read_deep(machine, node, [_solid(given)], hooks=hooks)
            continue
        look(machine, node, atom)
        kind = kind_of(atom)
        if isinstance(atom, Fresh) and kind == "builtins.iterator":
            consume_fresh(machine, node, atom)
        users = isinstance(kind, Class) or (isinstance(kind, Live) and is_users(kind.value))
        if (
            hooks
            and users
            and not (isinstance(atom, Live) and (live.is_class(atom.value) or _is_code(atom.value)))
        ):
            run_hooks(machine, node, atom, _RAN_BY_LIBRARY, Arguments(rest=SCALAR, starred=True))


def _solid(value: Value) -> Value:
    """Return the atoms that are no lazy objects: those have been gone through."""
    return frozenset(
        each for each in value if isinstance(each, Live | Fresh | Const) and not _is_iterator(each)
    )


def _is_code(value: object) -> bool:
    return is_exact(value, (types.FunctionType, types.MethodType, types.ModuleType))


def _is_iterator(atom: Atom) -> bool:
    return isinstance(atom, Live) and _is_live_iterator(atom.value)


def _is_live_iterator(value: object) -> bool:
    cls = type(value)
    if is_users(cls) or is_exact(value, (str, list, dict, tuple, set)):
        return False
    attributes = [live.class_attribute(cls, name) for name in ("__next__", "__anext__")]
    return any(found is not None for found in attributes)


def operate(machine: Machine, node: ast.AST, names: tuple[str, ...], operands: tuple[Value, ...]) -> Value:
    """Return the result of an operator whose methods have these names, tried on every operand."""
    results: list[Value] = []
    for position, value in enumerate(operands):
        others = Arguments(positional=tuple(each for index, each in enumerate(operands) if index != position))
        results.extend(_operate(machine, node, atom, names, others) for atom in value)
    return join(*results)


def _operate(machine: Machine, node: ast.AST, atom: Atom, names: tuple[str, ...], others: Arguments) -> Value:
    if isinstance(atom, Const | Scalar):
        return SCALAR
    if isinstance(atom, Unknown):
        machine.barrier(node, f"line {machine.line(node)} computes with {atom.reason}")
        return UNKNOWN
    if isinstance(atom, Native):
        return SCALAR
    look(machine, node, atom)
    result = run_hooks(machine, node, atom, names, others)
    if result is not None:
        return result
    kind = kind_of(atom)
    if kind is None or isinstance(kind, Class) or (isinstance(kind, Live) and is_users(kind.value)):
        return NEVER
    return _library_operation(machine, node, atom, kind, names, others)


def _library_operation(
    machine: Machine, node: ast.AST, atom: Atom, kind: Live | str, names: tuple[str, ...], others: Arguments
) -> Value:
    known = names_for(kind)
    in_place = any(
        name.startswith("__i") and name not in ("__int__", "__iter__", "__index__", "__invert__")
        for name in names
    )
    if in_place and known[0] not in ("builtins.tuple", "builtins.frozenset", DATA):
        change(machine, node, atom)
        for value in others.all():
            for each in value:
                store(
                    machine,
                    atom,
                    ("[]", None),
                    element(machine, each) if isinstance(each, Live | Fresh) else NEVER,
                )
        return just(atom)
    if known[0] in _BUILTIN_KINDS:
        result = new(machine, node, known[0], "operator")
        for value in (just(atom), *others.all()):
            for each in value:
                if isinstance(each, Live | Fresh):
                    store(machine, result, ("[]", None), element(machine, each))
        return just(result)
    if isinstance(kind, Live):
        return just(new(machine, node, kind, "operator"))
    return just(new(machine, node, DATA if kind == DATA else kind, "operator"))


def iterate(machine: Machine, node: ast.AST, value: Value, *, asynchronous: bool = False) -> Value:
    """Return what one element may be when the value is iterated, and record what iterating does."""
    return join(*(iterate_atom(machine, node, atom, asynchronous=asynchronous) for atom in value))


def iterate_atom(machine: Machine, node: ast.AST, atom: Atom, *, asynchronous: bool = False) -> Value:
    """Return what one element of one object may be; an iterator that existed before is consumed."""
    match atom:
        case Const() | Scalar():
            return SCALAR
        case Pending():
            consume_pending(machine, node, atom)
            return atom.run(node)
        case Live(value=value) if type(value) is dict:
            look(machine, node, atom)
            return keys(machine, atom)
        case Live() if _is_iterator(atom):
            return consume_live(machine, node, atom)
        case Live(value=value) if live.is_class(value):
            return UNKNOWN if is_users(type(value)) else _enum_members(machine, node, atom)
        case Live() | Fresh():
            return _iterate_object(machine, node, atom, asynchronous=asynchronous)
        case Unknown():
            machine.barrier(node, f"line {machine.line(node)} iterates over {atom.reason}")
            return UNKNOWN
        case _:
            return NEVER


def _enum_members(machine: Machine, node: ast.AST, atom: Live) -> Value:
    machine.barrier(node, f"line {machine.line(node)} iterates over {label_of(machine, atom)}")
    return UNKNOWN


def _iterate_object(machine: Machine, node: ast.AST, atom: Live | Fresh, *, asynchronous: bool) -> Value:
    look(machine, node, atom)
    kind = kind_of(atom)
    if isinstance(atom, Fresh):
        consume_fresh(machine, node, atom)
    if kind in ("builtins.dict", "collections.defaultdict", "collections.OrderedDict", "collections.Counter"):
        return keys(machine, atom)
    first, following = ("__aiter__", "__anext__") if asynchronous else ("__iter__", "__next__")
    iterators = run_hooks(machine, node, atom, (first,), Arguments())
    if iterators is not None:
        return _drive(machine, node, atom, iterators, following)
    if isinstance(kind, Class) or (isinstance(kind, Live) and is_users(kind.value)):
        items = run_hooks(machine, node, atom, ("__getitem__",), Arguments(positional=(SCALAR,)))
        return join(items or NEVER, element(machine, atom))
    if (
        isinstance(kind, Live)
        and find(tuple(f"{each}.__iter__" for each in names_for(kind))) is None
        and _opaque(atom)
    ):
        machine.barrier(
            node,
            f"line {machine.line(node)} iterates over {label_of(machine, atom)}, a {kind_label(kind)} that is not known",
        )
        return UNKNOWN
    return element(machine, atom) or SCALAR


def _opaque(atom: Atom) -> bool:
    return isinstance(atom, Live) and not is_exact(
        atom.value, (list, tuple, set, frozenset, range, str, bytes, bytearray, dict)
    )


def _drive(machine: Machine, node: ast.AST, atom: Atom, iterators: Value, following: str) -> Value:
    results: list[Value] = []
    for each in iterators:
        if isinstance(each, Live | Fresh):
            step = run_hooks(machine, node, each, (following,), Arguments())
            if step is not None:
                step = await_all(machine, node, step) if following == "__anext__" else step
                results.append(step)
                continue
        if each != atom:
            results.append(iterate_atom(machine, node, each))
    return join(*results)


def await_all(machine: Machine, node: ast.AST, value: Value) -> Value:
    """Return what awaiting a value gives; bodies of coroutines run here."""
    return join(*(await_one(machine, node, atom) for atom in value))


def await_one(machine: Machine, node: ast.AST, atom: Atom) -> Value:
    """Return what awaiting one object gives."""
    machine.read(node, Location(Kind.CLOCK, "clock", "the clock"))
    if isinstance(atom, Pending):
        return atom.run(node)
    if isinstance(atom, Const | Scalar):
        return NEVER
    if isinstance(atom, Unknown):
        machine.barrier(node, f"line {machine.line(node)} awaits {atom.reason}")
        return UNKNOWN
    steps = run_hooks(machine, node, atom, ("__await__",), Arguments())
    if steps is not None:
        iterate(machine, node, steps)
        return UNKNOWN
    kind = kind_of(atom)
    names = method_names(kind, "__await__") if kind is not None else ()
    if find(names) is not None and names and any(find((name,)) for name in names):
        result = machine.call(machine, node, just(Native(names, atom)), Arguments())
        return join(*(each.run(node) if isinstance(each, Pending) else just(each) for each in result))
    label = label_of(machine, atom)
    machine.barrier(node, f"line {machine.line(node)} awaits {label}, of which nothing is known")
    if isinstance(atom, Live):
        machine.hazard(
            node,
            "iterator",
            f"line {machine.line(node)} awaits {label}, which cannot be awaited again",
            label,
        )
    return UNKNOWN


def enter(machine: Machine, node: ast.AST, value: Value, *, asynchronous: bool) -> Value:
    """Return what entering a context manager gives."""
    return _context(
        machine,
        node,
        value,
        "__aenter__" if asynchronous else "__enter__",
        Arguments(),
        asynchronous=asynchronous,
    )


def leave(machine: Machine, node: ast.AST, value: Value, *, asynchronous: bool) -> None:
    """Record what leaving a context manager does, and whether it may keep an error from going on."""
    arguments = Arguments(positional=(SCALAR, SCALAR, SCALAR))
    result = _context(
        machine,
        node,
        value,
        "__aexit__" if asynchronous else "__exit__",
        arguments,
        asynchronous=asynchronous,
    )
    if may_keep_errors(value, result):
        machine.swallowing.add(id(node))


def _context(
    machine: Machine, node: ast.AST, value: Value, name: str, arguments: Arguments, *, asynchronous: bool
) -> Value:
    results: list[Value] = []
    for atom in value:
        if isinstance(atom, Unknown):
            machine.barrier(node, f"line {machine.line(node)} enters {atom.reason}")
            results.append(UNKNOWN)
            continue
        if isinstance(atom, Pending):
            results.append(atom.run(node))
            continue
        result = run_hooks(machine, node, atom, (name,), arguments)
        if result is None:
            kind = kind_of(atom)
            names = method_names(kind, name) if kind is not None else ()
            result = machine.call(machine, node, just(Native(names, atom)), arguments)
        results.append(await_all(machine, node, result) if asynchronous else result)
    return join(*results)


def as_type(value: object) -> type:
    """Return a live object that is known to be a class, typed so."""
    return cast("type", value)


def truth(machine: Machine, node: ast.AST, value: Value) -> None:
    """Record what testing a value for truth does."""
    for atom in value:
        look(machine, node, atom)
        run_hooks(machine, node, atom, ("__bool__", "__len__"), Arguments())
